package oas

import "github.com/tykctl/tykctl/oas/diag"

// The codes of what Load reports. All are errors except CodeMoreText, CodeNonStringKey and CodeOutside, which are warnings.
const (
	CodeSyntax        diag.Code = "TYK100" // the file cannot be read as JSON or YAML
	CodeTrailingComma diag.Code = "TYK101" // JSON: a comma before } or ]
	CodeDuplicateKey  diag.Code = "TYK102" // an object has a key twice
	CodeUncleanText   diag.Code = "TYK103" // a byte order mark, invalid UTF-8 or raw control characters
	CodeMoreText      diag.Code = "TYK104" // text after the first document
	CodeNonStringKey  diag.Code = "TYK105" // YAML: a key that is not a string
	CodeTooMany       diag.Code = "TYK106" // more findings than are listed
	CodeVersion       diag.Code = "TYK110" // not an OpenAPI 3.0 or 3.1 document
	CodeStructure     diag.Code = "TYK111" // the OpenAPI part is not built as OpenAPI says
	CodeReference     diag.Code = "TYK112" // a $ref that leads nowhere, or outside
	CodeOperationID   diag.Code = "TYK113" // an operationId is used twice
	CodeInternal      diag.Code = "TYK199" // a failure of ours or of a library, not of the document
	CodePathParameter diag.Code = "TYK114" // path parameters that do not fit the path; paths that cannot be told apart
	CodeOutside       diag.Code = "TYK115" // a $ref leads to another file, which a gateway does not read
	CodeImport        diag.Code = "TYK140" // a description cannot be imported, or what became of it
	CodeNoExtension   diag.Code = "TYK120" // no x-tyk-api-gateway
	CodeUnknownField  diag.Code = "TYK121" // extension: a field that does not exist
	CodeMissingField  diag.Code = "TYK122" // extension: a required field is missing
	CodeWrongType     diag.Code = "TYK123" // extension: a value of the wrong type
	CodeBadValue      diag.Code = "TYK124" // extension: a value that is not allowed
	CodeUnknownScheme diag.Code = "TYK201" // a security requirement names a scheme that does not exist
)
