// Package openapi has the contract, two hand-written OpenAPI 3.0.3 documents: the mall,
// which partners call, and the push, where the partner is the server. It answers
// questions about them: the operations, their addresses, what each statement says and
// how good its evidence is.
//
// It judges nothing. The oracle decides whether an answer conforms to the contract, and
// the policy of reports decides what a deviation is called.
package openapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

//go:embed mall.yaml
var mallYAML []byte

//go:embed push.yaml
var pushYAML []byte

var (
	mall = sync.OnceValues(func() (*Contract, error) { return Parse(mallYAML) })
	push = sync.OnceValues(func() (*Contract, error) { return Parse(pushYAML) })
)

// Mall returns the contract of the mall API. The document is parsed on the
// first call and never again; the Contract is safe for concurrent use.
func Mall() (*Contract, error) { return mall() }

// Push returns the contract of the push that notifies a partner of a finished top-up.
// The mall is the client and the partner the server. Like the contract of Mall, it is
// parsed once and safe for concurrent use.
func Push() (*Contract, error) { return push() }

// Contract is one parsed document.
type Contract struct {
	data       []byte
	root       *yaml.Node
	operations []Operation
	services   []string
	addresses  []Address
	clauses    []ruleClause
	shared     func() (*openapi3.T, error)
}

// Parse reads a contract from a document. It requires what this package needs, but does
// not validate the document: the tests of this package do.
func Parse(data []byte) (*Contract, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("parsing the contract: %w", err)
	}
	if len(file.Content) != 1 || file.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("parsing the contract: it is not one YAML mapping")
	}
	c := &Contract{data: data, root: file.Content[0]}
	c.shared = sync.OnceValues(c.Document)
	if err := c.readServices(); err != nil {
		return nil, fmt.Errorf("reading the services of the contract: %w", err)
	}
	if err := c.readOperations(); err != nil {
		return nil, fmt.Errorf("reading the operations of the contract: %w", err)
	}
	if err := c.readClauses(); err != nil {
		return nil, fmt.Errorf("reading the clauses of the contract: %w", err)
	}
	return c, nil
}

// Bytes returns a copy of the document as it is written.
func (c *Contract) Bytes() []byte { return bytes.Clone(c.data) }

// Digest returns the SHA-256 of the document's bytes, in lower-case hex. It
// names the exact contract that a run was judged by.
func (c *Contract) Digest() string {
	sum := sha256.Sum256(c.data)
	return hex.EncodeToString(sum[:])
}

// Document loads the document for kin-openapi. Every call returns a copy of its
// own, which the caller may change: a validator of answers has to take the
// servers out of it. What was parsed already is handed over as JSON: to parse the
// YAML once more takes twice as long as everything else that a start does.
func (c *Contract) Document() (*openapi3.T, error) {
	var tree any
	if err := c.root.Decode(&tree); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("writing the contract as JSON: %w", err)
	}
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	return document, nil
}

// SharedDocument is Document without a copy: the document is loaded once, is the same
// for all callers, and must not be changed.
func (c *Contract) SharedDocument() (*openapi3.T, error) { return c.shared() }
