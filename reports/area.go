package reports

// areas are the names of the areas of checks, by the letters of their ids.
var areas = map[string]string{
	"SIG": "Signature",
	"ENV": "Envelope and transport",
	"RID": "Request ids",
	"ASY": "Asynchronous results",
	"GRP": "Bundle groups",
	"ORD": "Order look-up",
	"VSH": "Vshop",
	"PAY": "Payments",
	"NTF": "Push",
	"ERR": "Errors",
	"GEN": "Generated cases",
	"CLI": "Client",
	"RCV": "Push receiver",
	"SGN": "Signer",
	"PRX": "Traffic through the proxy",
}

// AreaName returns the name of an area for people: "Asynchronous results (ASY)" for "ASY". An unnamed
// area is returned unchanged.
func AreaName(area string) string {
	if name := areas[area]; name != "" {
		return name + " (" + area + ")"
	}
	return area
}
