package observe

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/openapi"
)

// node is a value in answers: a location in the contract, or one that only the target has. Counts are of
// answers, not of values: a value that occurs a hundred times in one answer is one piece of evidence.
type node struct {
	pointer  string           // JSON pointer of the schema itself
	name     string           // of the member; "" for the root and elements
	clause   string           // location as reached from an operation, for its evidence
	schema   *openapi3.Schema // nil if it is undocumented
	required bool             // the contract requires it
	inlined  bool             // the contract has a reference at this location
	private  bool             // its values may identify a person or an object
	envelope bool             // the object is the envelope
	parent   *node
	pattern  *regexp.Regexp // of the contract, nil for none

	// content has the members and elements: the node itself, or the node of a schema that several
	// locations refer to.
	content *node
	members map[string]*node
	items   *node
	ops     map[string]bool

	holders      int // answers with an object that may contain the member
	present      int // answers in which some object contained it
	absent       int // answers in which some object lacked it
	nulls        int
	filled       int // answers with a value that is not null
	types        map[string]int
	forms        textform.Set // that all strings have
	texts        int          // answers with a string
	empty        int          // answers with an empty string
	offPattern   int          // answers with a string that does not match the contract's pattern
	values       map[string]int
	overflown    bool // there are too many different values
	first, last  time.Time
	stamp        int
	seen         seen
	objectStamp  int
	objectsSoFar int
}

// seen is what one answer has already shown of a node.
type seen struct {
	holder, present, absent, null, filled, text, empty, offPattern bool
	types                                                          map[string]bool
	values                                                         map[string]bool
}

// Limits of what is remembered about a target, which may answer anything.
const (
	maxMembers = 64 // undocumented members of an object
	maxValues  = 16 // different values of a member
	maxDepth   = 12 // of undocumented objects and arrays
	maxNodes   = 4000
)

// roots are the bodies of an operation's answers.
type roots struct{ success, refusal *node }

// builder makes the nodes of a contract. A schema that several operations refer to has one node, with
// the evidence of all of them.
type builder struct {
	contract *openapi.Contract
	shared   map[string]*node
}

// rootsOf returns the roots of each operation.
func rootsOf(contract *openapi.Contract) (map[string]roots, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, err
	}
	b := &builder{contract: contract, shared: map[string]*node{}}
	all := map[string]roots{}
	for _, op := range contract.Operations() {
		responses := document.Paths.Value(op.Path).GetOperation(op.Method).Responses
		all[op.ID] = roots{
			success: b.body(responses.Value("200"), op.Pointer+"/responses/200", op.ID),
			refusal: b.body(responses.Default(), op.Pointer+"/responses/default", op.ID),
		}
		b.requireOnSuccess(all[op.ID].success, op.ID)
	}
	return all, nil
}

// requireOnSuccess marks the members that the contract requires of a success in addition to its schema.
func (b *builder) requireOnSuccess(root *node, operation string) {
	if root == nil {
		return
	}
	for _, required := range b.contract.RequiredOnSuccess(operation) {
		if member := root.content.members[required.Name]; member != nil && !required.Header {
			member.required = true
		}
	}
}

func (b *builder) body(response *openapi3.ResponseRef, at, operation string) *node {
	if response == nil || response.Value == nil {
		return nil
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	pointer := at
	if response.Ref != "" {
		pointer = strings.TrimPrefix(response.Ref, "#")
	}
	const schema = "/content/application~1json/schema"
	root := b.node(media.Schema, pointer+schema, at+schema, operation)
	root.content.envelope = true
	return root
}

// node returns the node of a schema. site is its location in the contract, at the location as reached
// from the operation.
func (b *builder) node(ref *openapi3.SchemaRef, site, at, operation string) *node {
	schema := ref.Value
	n := b.shared[site]
	if n == nil {
		n = newNode(site)
		n.clause, n.schema, n.inlined = at, schema, ref.Ref != ""
		if schema.Pattern != "" {
			n.pattern, _ = regexp.Compile(schema.Pattern) // tests of the document ensure that it compiles
		}
		b.shared[site] = n
	}
	n.ops[operation] = true
	content, pointer := n, site
	if ref.Ref != "" && (schema.Type.Is(openapi3.TypeObject) || schema.Type.Is(openapi3.TypeArray)) {
		pointer = strings.TrimPrefix(ref.Ref, "#")
		if content = b.shared[pointer]; content == nil {
			content = newNode(pointer)
			content.clause, content.schema = at, schema
			b.shared[pointer] = content
		}
		content.ops[operation] = true
		n.content = content
	}
	for name, property := range schema.Properties {
		below := "/properties/" + openapi.EscapeToken(name)
		member := b.node(property, pointer+below, at+below, operation)
		if member.name == "" {
			member.name, member.parent = name, content
			member.required = slices.Contains(schema.Required, name)
			member.private = identifies(name, property.Value)
		}
		content.members[name] = member
	}
	if schema.Items != nil {
		content.items = b.node(schema.Items, pointer+"/items", at+"/items", operation)
		content.items.private = content.items.private || identifies("", schema.Items.Value) || n.private
	}
	return n
}

func newNode(pointer string) *node {
	n := &node{
		pointer: pointer, members: map[string]*node{}, ops: map[string]bool{}, types: map[string]int{},
		values: map[string]int{}, forms: textform.All,
	}
	n.content = n
	return n
}

// identifies reports whether the values of a member may identify a SIM card, an order, a payment or a
// person. Such values are never kept.
func identifies(name string, schema *openapi3.Schema) bool {
	if schema != nil && schema.Extensions["x-refers-to"] != nil {
		return true
	}
	folded := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return slices.ContainsFunc(privateEnds, func(end string) bool { return strings.HasSuffix(folded, end) }) ||
		slices.ContainsFunc(privateParts, func(part string) bool { return strings.Contains(folded, part) })
}

// privateEnds and privateParts are what the names of members end with or contain if their values
// identify something, or are amounts, times or texts for people.
var (
	privateEnds = []string{
		"id", "ids", "no", "name", "title", "url", "phone", "amount", "price", "date", "time", "count", "account", "days", "period", "sim", "sims",
		"iccid", "imsi", "key", "user", "at", "operator", "remark", "note", "comment", "ip", "host", "trace",
	}
	privateParts = []string{
		"secret", "token", "method", "mail", "address", "partnercode", "packagecode", "devicecode", "serviceplancode", "card", "customer", "password", "sign",
		"person", "birth", "passport", "description", "text",
	}
)

// operationsOf are the operations whose answers have a node.
func operationsOf(n *node) func(yield func(string) bool) { return maps.Keys(n.ops) }
