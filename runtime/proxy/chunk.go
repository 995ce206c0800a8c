package proxy

import (
	"bufio"
	"errors"
)

var (
	errChunk    = errors.New("malformed chunk")
	errTrailers = errors.New("too many trailers")
)

const maxTrailers = 64

// readChunkSize reads the line before a chunk, after the CRLF of the one before it if there was one. The size is 0 for the last chunk, whose
// trailers are read and dropped (RFC 9110 §6.5.1 allows it). Extensions are ignored; line ends must be CRLF.
func readChunkSize(br *bufio.Reader, crlf bool) (int64, error) {
	if crlf {
		line, err := readLine(br)
		if err != nil {
			return 0, err
		}
		if len(line) > 0 {
			return 0, errChunk
		}
	}
	line, err := readLine(br)
	if err != nil {
		return 0, err
	}
	size, digits := int64(0), 0
	for digits < len(line) {
		d := unhex(line[digits])
		if d > 15 {
			break
		}
		if digits == 15 { // 60 bits: no sum of such sizes overflows while anybody lives
			return 0, errChunk
		}
		size = size<<4 | int64(d)
		digits++
	}
	if rest := trim(line[digits:]); digits == 0 || len(rest) > 0 && rest[0] != ';' {
		return 0, errChunk
	}
	if size > 0 {
		return size, nil
	}
	for range maxTrailers {
		if line, err = readLine(br); err != nil {
			return 0, err
		}
		if len(line) == 0 {
			return 0, nil
		}
	}
	return 0, errTrailers
}

// readLine returns a line without its CRLF; it is valid until the next read.
func readLine(br *bufio.Reader) ([]byte, error) {
	line, err := br.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, errChunk
		}
		return nil, unexpected(err)
	}
	if len(line) < 2 || line[len(line)-2] != '\r' {
		return nil, errChunk
	}
	return line[:len(line)-2], nil
}
