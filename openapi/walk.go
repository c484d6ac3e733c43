package openapi

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// resolved is the target of a JSON pointer, with references inlined and the evidence on the
// way.
type resolved struct {
	c        *Contract
	at       inlined
	above    inlined // the parent of at
	evidence Evidence
	keyword  string // the last token
	subject  string // the parameter, member or header that it belongs to
	requires string // the member, if it is an entry of a schema's "required"
	request  bool   // it concerns what the caller sends
}

// walk follows a JSON pointer from the root of the document. It reports false if the
// pointer does not resolve.
func (c *Contract) walk(pointer string) (resolved, bool) {
	p := resolved{c: c, at: c.inline(c.root)}
	tokens, rooted := strings.CutPrefix(pointer, "/")
	if !rooted {
		return p, false
	}
	for token := range strings.SplitSeq(tokens, "/") {
		if !p.step(UnescapeToken(token)) {
			return p, false
		}
	}
	return p, true
}

// step follows one token.
func (p *resolved) step(token string) bool {
	if list := p.at.last(); list.Kind == yaml.SequenceNode {
		return p.element(list, token)
	}
	next := p.at.get(token)
	if next == nil {
		return false
	}
	switch {
	case p.keyword == "properties" || p.keyword == "headers":
		p.subject = token
	case token == "items":
		p.subject += "[]"
	case token == "requestBody" || token == "parameters":
		p.request = true
	}
	var beside *yaml.Node
	if p.keyword == "properties" {
		beside = member(p.above.get("x-evidence-of"), token)
	}
	p.enter(next, beside, p.keywordEvidence(token))
	p.keyword = token
	return true
}

// element follows a token into a list, by name, value or index.
func (p *resolved) element(list *yaml.Node, token string) bool {
	at := slices.IndexFunc(list.Content, func(item *yaml.Node) bool {
		return token != "" && (item.Value == token || p.c.inline(item).text("name") == token)
	})
	if number, err := strconv.Atoi(token); at < 0 && err == nil {
		at = number
	}
	if at < 0 || at >= len(list.Content) {
		return false
	}
	if p.keyword == "required" {
		p.require(list.Content[at])
		return true
	}
	p.enter(list.Content[at], nil, Evidence{})
	if p.keyword == "parameters" {
		p.subject = p.at.text("name")
	}
	return true
}

// require goes to the statement that a member is required. Evidence for the presence of
// that member counts first, then evidence for all required members, then evidence for the
// member as a whole.
func (p *resolved) require(name *yaml.Node) {
	schema := resolved{at: p.above}
	property := resolved{at: p.c.inlineWith(member(p.above.get("x-evidence-of"), name.Value), member(p.above.get("properties"), name.Value))}
	whole, _ := evidenceOf(property.at.get("x-evidence"))
	for _, evidence := range []Evidence{property.keywordEvidence("required"), schema.keywordEvidence("required"), whole} {
		if evidence.Grade != "" {
			p.evidence = evidence
			break
		}
	}
	p.requires = name.Value
	p.at = inlined{name}
}

// enter goes to a node. beside is the evidence for it in the parent's x-evidence-of, nil
// for none. Its own evidence counts before that of its keyword, and that before inherited
// evidence.
func (p *resolved) enter(node, beside *yaml.Node, keyword Evidence) {
	p.above, p.at = p.at, p.c.inlineWith(beside, node)
	own, _ := evidenceOf(p.at.get("x-evidence"))
	for _, evidence := range []Evidence{own, keyword} {
		if evidence.Grade != "" {
			p.evidence = evidence
			return
		}
	}
}

// keywordEvidence returns the evidence for a single keyword of the object.
func (p *resolved) keywordEvidence(keyword string) Evidence {
	for _, node := range p.at {
		if evidence, graded := evidenceOf(member(member(node, "x-evidence-for"), keyword)); graded {
			return evidence
		}
	}
	return Evidence{}
}

// enforced returns the evidence that a server refuses violations of the statement, if it
// constrains what the caller sends. A statement that permits something, such as an optional
// parameter, constrains nothing.
func (p *resolved) enforced() Evidence {
	permits := p.keyword == "allowEmptyValue" || p.keyword == "required" && p.at.last().Value == "false"
	if !p.request || permits || p.evidence.Grade != Documented || p.evidence.restricts {
		return p.evidence
	}
	return Evidence{
		Grade: Derived, Source: p.evidence.Source,
		Note: "The page tells callers what to send. It does not say that a server refuses anything else.",
	}
}

// statement returns the statement as a sentence.
func (p *resolved) statement() string {
	subject := ""
	if p.subject != "" {
		subject = p.subject + ": "
	}
	if p.requires != "" {
		return subject + p.requires + " is required"
	}
	node := p.at.last()
	if node.Kind == yaml.ScalarNode {
		return subject + p.keyword + " " + node.Value
	}
	if node.Kind == yaml.SequenceNode {
		return subject + p.keyword + " " + strings.Join(words(node), ", ")
	}
	if summary := p.at.text("summary"); summary != "" {
		return subject + summary
	}
	if description := p.at.text("description"); description != "" {
		return subject + firstSentence(description)
	}
	return subject + p.keyword
}

// firstSentence returns the first sentence of a text.
func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if at := strings.Index(text, ". "); at >= 0 {
		return text[:at+1]
	}
	return text
}
