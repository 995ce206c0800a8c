package oas_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas"
)

// bigDocument is an API definition of about the given size, as people write them: operations with parameters, answers and schemas. It is
// written so that linters of OpenAPI have little to say: what they are compared by is reading and checking, not printing.
func bigDocument(size int) []byte {
	var paths, schemas strings.Builder
	for i := 0; paths.Len()+schemas.Len() < size; i++ {
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(&paths, `%s
    "/things%d/{id}": {
      "get": {
        "operationId": "getThing%d", "tags": ["things"], "summary": "Get a thing", "description": "Returns the thing with the given id, if there is one.",
        "parameters": [
          {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
          {"name": "fields", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
        ],
        "responses": {
          "200": {"description": "the thing", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing%d"}}}},
          "404": {"description": "no such thing"}
        }
      }
    }`, comma, i, i, i)
		fmt.Fprintf(&schemas, `%s
      "Thing%d": {
        "type": "object", "required": ["id"],
        "properties": {
          "id": {"type": "string", "description": "What tells it from other things"},
          "size": {"type": "integer", "format": "int32", "minimum": 0},
          "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing%d"}},
          "owner": {"type": "object", "properties": {"name": {"type": "string"}, "mail": {"type": "string", "format": "email"}}}
        }
      }`, comma, i, i/2)
	}
	return []byte(`{
  "openapi": "3.0.3",
  "info": {
    "title": "Big", "version": "1", "description": "Things, and parts of things.",
    "contact": {"name": "Things", "url": "https://things.test", "email": "all@things.test"},
    "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
  },
  "servers": [{"url": "https://api.things.test/big"}], "tags": [{"name": "things", "description": "What there is"}], "security": [{"oauth": []}],
  "paths": {` + paths.String() + `
  },
  "components": {
    "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}}},
    "schemas": {` + schemas.String() + `
    }
  },
  "x-tyk-api-gateway": {
    "info": {"name": "Big", "state": {"active": true}},
    "server": {
      "listenPath": {"value": "/big/", "strip": true},
      "authentication": {
        "enabled": true,
        "securitySchemes": {"oauth": {"enabled": true, "header": {"enabled": true, "name": "Authorization"}, "allowedAuthorizeTypes": ["code"]}}
      }
    },
    "upstream": {"url": "http://localhost"}
  }
}`)
}

// big is how .ci/peers gets the document that the others are measured with.
var big = flag.String("big", "", "write the document of BenchmarkLargeDocument into this file")

const large = 10_000_000 // bytes

// TestBigDocument: the document of the benchmarks is one that nothing is wrong with.
func TestBigDocument(t *testing.T) {
	size := 50_000
	if *big != "" {
		size = large
	}
	data := bigDocument(size)
	if _, list := oas.Load("big.json", data); len(list) > 0 {
		t.Error(list)
	}
	if *big != "" {
		if err := os.WriteFile(*big, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkLargeDocument reads what linters of OpenAPI take seconds for; docs/benchmarks.md has the whole command beside them.
func BenchmarkLargeDocument(b *testing.B) { benchmarkLoad(b, bigDocument(large)) }

func BenchmarkLoad(b *testing.B) {
	for _, size := range []int{2_000, 50_000, 1_000_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) { benchmarkLoad(b, bigDocument(size)) })
	}
}

func benchmarkLoad(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, list := oas.Load("big.json", data); len(list) > 0 {
			b.Fatal(list)
		}
	}
}

// BenchmarkLoadReferences has many references to a large component: time must grow with the size of the document only.
func BenchmarkLoadReferences(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		var properties, refs strings.Builder
		for i := range n {
			fmt.Fprintf(&properties, "%q: {}, ", fmt.Sprint("p", i))
			fmt.Fprintf(&refs, "%q: {\"$ref\": \"#/components/schemas/Big\"}, ", fmt.Sprint("R", i))
		}
		data := []byte(`{"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "paths": {}, "components": {"schemas": {` +
			refs.String() + `"Big": {"properties": {` + properties.String() + `"last": {}}}}}}`)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if doc, _ := oas.Load("big.json", data); doc.OpenAPI == nil {
					b.Fatal("no document")
				}
			}
		})
	}
}
