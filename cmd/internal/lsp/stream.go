package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// The bounds of one message. A document of 64 MiB, the most that is read, fits even if every second character of it has to be escaped.
const (
	maxMessage = 129 << 20
	maxHeader  = 4 << 10 // one line of the head
)

// stream frames messages as the base protocol has it. The library's own codec reads a message of any length, and a message that is no JSON
// ends its connection; here it is answered, and the next one is read.
type stream struct {
	r  *bufio.Reader
	mu sync.Mutex // of w
	w  *bufio.Writer
}

func newStream(in io.Reader, out io.Writer) *stream {
	return &stream{r: bufio.NewReaderSize(in, maxHeader), w: bufio.NewWriter(out)}
}

// Close leaves the reader and the writer to their owner.
func (s *stream) Close() error { return nil }

// WriteObject writes one message.
func (s *stream) WriteObject(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := fmt.Fprintf(s.w, "Content-Length: %d\r\n\r\n", len(data)); err != nil {
		return err
	}
	if _, err := s.w.Write(data); err != nil {
		return err
	}
	return s.w.Flush()
}

// ReadObject reads the next message that can be understood. Those that cannot be are answered at once.
func (s *stream) ReadObject(v any) error {
	for {
		length, err := s.head()
		if err != nil {
			return err
		}
		if length > maxMessage {
			if _, err := io.CopyN(io.Discard, s.r, length); err != nil {
				return err
			}
			if err := s.refuse(jsonrpc2.CodeInvalidRequest, fmt.Sprintf("the message has %d bytes, expected at most %d", length, maxMessage)); err != nil {
				return err
			}
			continue
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(s.r, data); err != nil {
			return err
		}
		err = json.Unmarshal(data, v)
		if err == nil {
			return nil
		}
		reflect.ValueOf(v).Elem().SetZero() // it may have been filled in half
		if err := s.refuse(jsonrpc2.CodeParseError, err.Error()); err != nil {
			return err
		}
	}
}

// refuse answers a message whose id is not known.
func (s *stream) refuse(code int64, message string) error {
	return s.WriteObject(map[string]any{"jsonrpc": "2.0", "id": nil, "error": jsonrpc2.Error{Code: code, Message: message}})
}

// head reads the header lines of a message. Without a length nobody knows where the next message begins, so that is the end.
func (s *stream) head() (int64, error) {
	length := int64(-1)
	for {
		line, err := s.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return 0, errors.New("a header line is too long")
		}
		if err != nil {
			return 0, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, _ := strings.Cut(text, ":")
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		if err != nil || length < 0 {
			return 0, fmt.Errorf("Content-Length is %q, expected a number", value)
		}
	}
	if length < 0 {
		return 0, errors.New("a message has no Content-Length")
	}
	return length, nil
}
