package openapi

import "testing"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(mallYAML); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	contract, err := Parse(mallYAML)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := contract.Document(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClause(b *testing.B) {
	contract, err := Parse(mallYAML)
	if err != nil {
		b.Fatal(err)
	}
	const pointer = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema" +
		"/properties/data/properties/details/items/properties/sim_id/pattern"
	b.ReportAllocs()
	for b.Loop() {
		if _, found := contract.Clause(pointer); !found {
			b.Fatal("not found")
		}
	}
}
