package signing

// nested reads an object or array below the outermost object. What is written goes to s.out.
func (s *scanner) nested(depth int) error {
	if depth > MaxDepth {
		return syntaxErrorf(s.pos, "nested deeper than %d", MaxDepth)
	}
	if s.peek() == '[' {
		return s.array(depth)
	}
	return s.object(depth)
}

// element reads any value in a nested object or array.
func (s *scanner) element(depth int) (err error) {
	if c := s.peek(); c == '{' || c == '[' {
		return s.nested(depth)
	}
	s.out, err = s.scalar(s.out)
	return err
}

func (s *scanner) array(depth int) (err error) {
	var more bool
	for s.out, more = s.open(s.out, ']'); more; {
		if err := s.element(depth + 1); err != nil {
			return err
		}
		if s.out, more, err = s.separator(s.out, ']'); err != nil {
			return err
		}
	}
	s.pos++
	s.out = s.put(s.out, ']')
	return nil
}

func (s *scanner) object(depth int) (err error) {
	var more bool
	first, from := len(s.spans), len(s.out)
	for s.out, more = s.open(s.out, '}'); more; {
		var found span
		if s.out, err = s.name(s.out, &found); err != nil {
			return err
		}
		if err := s.element(depth + 1); err != nil {
			return err
		}
		found.end, found.outEnd = s.pos, len(s.out)
		s.spans = append(s.spans, found)
		if s.out, more, err = s.separator(s.out, '}'); err != nil {
			return err
		}
	}
	s.pos++
	s.out = s.put(s.out, '}')
	err = s.finishObject(s.spans[first:], from)
	s.spans = s.spans[:first]
	return err
}

// finishObject checks the members of a nested object for duplicates and sorts what was written of it,
// starting at offset from, if the rules say so.
func (s *scanner) finishObject(members []span, from int) error {
	var few [fewMembers]key
	keys, err := s.keys(few[:0], members)
	if err != nil || !s.write || !s.sorted {
		return err
	}
	object := append(make([]byte, 0, len(s.out)-from), '{')
	for _, k := range keys {
		object = append(append(object, s.out[members[k.index].out:members[k.index].outEnd]...), ',')
	}
	s.out = append(s.out[:from], closeObject(object)...)
	return nil
}
