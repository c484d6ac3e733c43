package target

import "strings"

// InForce is one setting with the value that a run would use.
type InForce struct {
	// Key is the setting's name.
	Key string `json:"key"`
	// Values are its values, with Hidden instead of secrets.
	Values []string `json:"values"`
	// Origin says where they are written: "--seed", "MALLCHECK_SEED",
	// "mallcheck.yaml:7: seed" or "default".
	Origin string `json:"from"`
}

// AllInForce returns the settings that have a value, with the source of each value, in the
// order of the documentation.
func AllInForce(layers ...Layer) []InForce {
	r := &resolver{layers: layers}
	var all []InForce
	for _, key := range Keys() {
		values, origin := r.find(key)
		if service, is := strings.CutSuffix(key, "-url"); is {
			from, address := r.address(service, r.text("environment"))
			values = nonEmpty([]string{address})
			_, origin = r.find(from)
		}
		if len(values) == 0 {
			continue
		}
		if strings.HasPrefix(origin, "the default of ") {
			origin = "default"
		}
		one := InForce{Key: key, Origin: origin}
		for _, value := range values {
			one.Values = append(one.Values, shown(key, value, r.fromVariable(key, value)))
		}
		all = append(all, one)
	}
	return all
}
