package source

import "strconv"

// Repair is the edits after which a problem is gone and every value reads as before, if there are any.
func (p Problem) Repair() ([]Edit, bool) {
	n := p.node
	switch p.Kind {
	case TrailingComma, ByteOrderMark:
		return []Edit{{At: p.At}}, true
	case ControlCharacter:
		text := n.f.text[p.At.Start.Offset:p.At.End.Offset]
		quoted := appendString(nil, text)
		return []Edit{{p.At, string(quoted[1 : len(quoted)-1])}}, true
	case DuplicateKey:
		e, ok := p.earlier.Remove()
		return []Edit{e}, ok
	case NonStringKey:
		if !n.owned() {
			return nil, false
		}
		e, ok := n.writeKey(p.Key)
		return []Edit{e}, ok
	case InvalidUTF8, MoreDocuments:
	}
	return nil, false
}

// KeepsMeaning reports whether a reader that does not mind the problem, or that of another language, makes the same of the text after Repair. Where
// it is not certain, as Tyk would refuse the text or read the key in another way, the author has to agree.
func (p Problem) KeepsMeaning() bool {
	switch p.Kind {
	case DuplicateKey:
		if p.node.f.format == YAML || p.node.Kind() == Null || p.node.Kind() == Object && p.earlier.Kind() == Object {
			return string(p.node.JSON()) == string(p.earlier.JSON())
		}
	case NonStringKey:
		if f, err := strconv.ParseFloat(p.Key, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64) == p.Key
		}
		return p.Key == "true" || p.Key == "false"
	case TrailingComma, ByteOrderMark, InvalidUTF8, MoreDocuments, ControlCharacter:
	}
	return true
}
