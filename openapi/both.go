package openapi

// ClauseFor returns the clause of an id in either document, with the evidence that
// there is for one operation, as Contract.ClauseFor does in one of them.
func ClauseFor(id, operation string) (Clause, bool) {
	for _, document := range []func() (*Contract, error){Mall, Push} {
		contract, err := document()
		if err != nil {
			continue
		}
		if clause, known := contract.ClauseFor(id, operation); known {
			return clause, true
		}
	}
	return Clause{}, false
}

// OperationOf returns the operation of an id in either document, and whether there is one.
func OperationOf(id string) (Operation, bool) {
	for _, document := range []func() (*Contract, error){Mall, Push} {
		contract, err := document()
		if err != nil {
			continue
		}
		if operation, known := contract.Operation(id); known {
			return operation, true
		}
	}
	return Operation{}, false
}
