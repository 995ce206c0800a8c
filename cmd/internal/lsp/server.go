package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// The error codes that the protocol has besides those of JSON-RPC.
const (
	codeNotInitialized   = -32002
	codeRequestCancelled = -32800
	codeContentModified  = -32801
)

// phase is how far the conversation has come.
type phase uint8

const (
	fresh phase = iota // before initialize
	running
	shut // after shutdown
)

// server is one conversation.
type server struct {
	opt      Options
	log      *log.Logger
	exit     chan struct{} // closed by the exit notification
	exitOnce sync.Once
	kick     chan struct{} // something is due earlier than the check loop believes
	requests sync.WaitGroup

	published map[string]published // what the client shows, by key of the file; the check loop's alone

	mu      sync.Mutex // of all below
	conn    *jsonrpc2.Conn
	phase   phase
	over    bool // no more requests are begun
	client  clientCapabilities
	enc     encoding
	folders map[string]bool
	docs    map[string]*document // open in the editor, by key
	scopes  map[string]*scope    // by root, or by the key of a document alone
	pending map[jsonrpc2.ID]context.CancelFunc
}

func newServer(opt Options, logger *log.Logger) *server {
	return &server{
		opt: opt, log: logger, exit: make(chan struct{}), kick: make(chan struct{}, 1), enc: utf16Units, published: map[string]published{},
		folders: map[string]bool{}, docs: map[string]*document{}, scopes: map[string]*scope{},
		pending: map[jsonrpc2.ID]context.CancelFunc{},
	}
}

// documentRequests are answered about one open document, as it was when the request arrived. For one that is not open the answer is null.
var documentRequests = map[string]func(*server, context.Context, *document, json.RawMessage) (any, error){
	"textDocument/hover":          (*server).hover,
	"textDocument/codeAction":     (*server).codeActions,
	"textDocument/definition":     (*server).definition,
	"textDocument/references":     (*server).references,
	"textDocument/documentSymbol": (*server).symbols,
	"textDocument/completion":     (*server).completion,
}

var notifications = map[string]func(*server, json.RawMessage) error{
	"initialized":                         (*server).initialized,
	"textDocument/didOpen":                (*server).didOpen,
	"textDocument/didChange":              (*server).didChange,
	"textDocument/didSave":                (*server).didSave,
	"textDocument/didClose":               (*server).didClose,
	"workspace/didChangeWatchedFiles":     (*server).didChangeWatchedFiles,
	"workspace/didChangeWorkspaceFolders": (*server).didChangeWorkspaceFolders,
	"workspace/didChangeConfiguration":    (*server).didChangeConfiguration,
	"$/cancelRequest":                     (*server).cancelRequest,
}

// Handle is called by the read loop for each message, in order. Nothing in it may wait for the client.
func (s *server) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	var raw json.RawMessage
	if req.Params != nil {
		raw = *req.Params
	}
	if req.Notif {
		s.notified(req.Method, raw)
		return
	}
	switch answer := documentRequests[req.Method]; {
	case req.Method == "initialize":
		result, err := s.initialize(conn, raw)
		s.reply(ctx, conn, req.ID, result, err)
	case !s.isRunning():
		s.reply(ctx, conn, req.ID, nil, s.notRunning())
	case req.Method == "shutdown":
		s.mu.Lock()
		s.phase = shut
		s.mu.Unlock()
		s.reply(ctx, conn, req.ID, nil, nil)
	case answer == nil:
		s.reply(ctx, conn, req.ID, nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "unknown method " + req.Method})
	default:
		s.begin(ctx, conn, req, raw)
	}
}

// notified handles a notification; there is nobody to tell of an error. Before initialize and after shutdown all are dropped but exit.
func (s *server) notified(method string, raw json.RawMessage) {
	if method == "exit" {
		s.exitOnce.Do(func() { close(s.exit) })
		return
	}
	handle := notifications[method]
	if handle == nil || !s.isRunning() {
		return
	}
	if err := s.guard(method, func() error { return handle(s, raw) }); err != nil {
		s.log.Printf("%s: %v", method, err)
	}
}

// begin answers a request about a document in a goroutine of its own, so that it can be cancelled.
func (s *server) begin(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request, raw json.RawMessage) {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		s.reply(ctx, conn, req.ID, nil, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	doc := s.docs[keyOf(p.TextDocument.URI)]
	ctx, cancel := context.WithCancel(ctx)
	s.pending[req.ID] = cancel
	id, method := req.ID, req.Method
	s.requests.Go(func() {
		defer cancel()
		var result any
		err := s.guard(method, func() (err error) {
			if doc != nil {
				result, err = documentRequests[method](s, ctx, doc, raw)
			}
			return err
		})
		if ctx.Err() != nil {
			err = &jsonrpc2.Error{Code: codeRequestCancelled, Message: "the request was cancelled"}
		}
		s.mu.Lock()
		delete(s.pending, id)
		s.mu.Unlock()
		s.reply(context.WithoutCancel(ctx), conn, id, result, err)
	})
}

// reply answers a request. A client that has gone needs no answer.
func (s *server) reply(ctx context.Context, conn *jsonrpc2.Conn, id jsonrpc2.ID, result any, err error) {
	if err == nil {
		err = conn.Reply(ctx, id, result)
	} else {
		var wire *jsonrpc2.Error
		if !errors.As(err, &wire) {
			wire = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: err.Error()}
		}
		err = conn.ReplyWithError(ctx, id, wire)
	}
	if err != nil && !errors.Is(err, jsonrpc2.ErrClosed) {
		s.log.Printf("reply: %v", err)
	}
}

// decode reads the parameters of a message.
func decode(raw json.RawMessage, v any) error {
	if err := json.Unmarshal(raw, v); err != nil {
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
	}
	return nil
}

func (s *server) initialize(conn *jsonrpc2.Conn, raw json.RawMessage) (any, error) {
	var p initializeParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != fresh {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "initialize was sent before"}
	}
	s.phase, s.conn, s.client = running, conn, p.Capabilities
	s.enc = negotiate(p.Capabilities.General.PositionEncodings)
	for _, f := range p.folders() {
		s.folders[f] = true
	}
	r := initializeResult{
		ServerInfo: serverInfo{Name: "tykctl", Version: s.opt.Version},
		Capabilities: serverCapabilities{
			PositionEncoding: s.enc,
			TextDocumentSync: syncOptions{OpenClose: true, Change: 2, Save: true}, // 2: incremental
			HoverProvider:    true, DefinitionProvider: true, ReferencesProvider: true, DocumentSymbol: true,
			CodeActionProvider: codeActionOptions{[]string{kindQuickFix, kindFixAll}},
			CompletionProvider: completionOptions{[]string{`"`}},
		},
	}
	r.Capabilities.Workspace.WorkspaceFolders.Supported = true
	r.Capabilities.Workspace.WorkspaceFolders.ChangeNotifications = true
	return r, nil
}

// folders are the folders of the workspace, in the newest form that the client speaks.
func (p *initializeParams) folders() []string {
	uris := []string{p.RootURI}
	if p.WorkspaceFolders != nil {
		uris = nil
		for _, f := range p.WorkspaceFolders {
			uris = append(uris, f.URI)
		}
	}
	var paths []string
	for _, uri := range uris {
		if path, ok := pathOf(uri); ok {
			paths = append(paths, path)
		}
	}
	if p.WorkspaceFolders == nil && p.RootURI == "" && filepath.IsAbs(p.RootPath) {
		paths = append(paths, filepath.Clean(p.RootPath))
	}
	return paths
}

// initialized asks to be told of files that change on disk, and looks at the workspace for the first time.
func (s *server) initialized(json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for root := range s.folders {
		s.touch(s.scopeFor(root, true))
	}
	if !s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration || s.over {
		return nil
	}
	conn := s.conn
	s.requests.Go(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() {
			select {
			case <-conn.DisconnectNotify():
				cancel()
			case <-ctx.Done():
			}
		}()
		watch := registration{ID: "tykctl.files", Method: "workspace/didChangeWatchedFiles", RegisterOptions: map[string]any{
			"watchers": []fileWatcher{{GlobPattern: "**/*.{json,yaml,yml}"}},
		}}
		if err := conn.Call(ctx, "client/registerCapability", map[string]any{"registrations": []registration{watch}}, nil); err != nil && ctx.Err() == nil {
			s.log.Printf("the editor will not tell of files that change: %v", err)
		}
	})
	return nil
}

func (s *server) cancelRequest(raw json.RawMessage) error {
	var p struct {
		ID jsonrpc2.ID `json:"id"`
	}
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.pending[p.ID]; cancel != nil {
		cancel()
	}
	return nil
}

func (s *server) isRunning() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == running
}

func (s *server) isShut() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == shut
}

// notRunning says why a request is refused.
func (s *server) notRunning() error {
	if s.isShut() {
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "the server was shut down"}
	}
	return &jsonrpc2.Error{Code: codeNotInitialized, Message: "the first request must be initialize"}
}

// stop lets no further request begin, and waits for those under way.
func (s *server) stop() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.requests.Wait()
}

func (s *server) logPanic(what string, cause any) {
	s.log.Printf("%s: internal error: %v\n%s", what, cause, debug.Stack())
}
