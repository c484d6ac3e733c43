package mistakes

import (
	"fmt"
	"html"
	"strings"
)

// entities returns a way that writes characters as HTML entities.
func entities(detail string, oldnew ...string) Variant {
	return texts(detail, strings.NewReplacer(oldnew...).Replace)
}

var valuesHTML = fixed(
	texts("escaped", html.EscapeString),
	texts("unescaped", html.UnescapeString),
	entities("escaped as PHP's htmlspecialchars does", "&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"),
	entities("escaped as Python's html.escape does", "&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
	entities("escaped as Ruby's CGI does", "&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
	entities("escaped as in XML", "&", "&amp;", "<", "&lt;", ">", "&gt;"),
	entities("escaped as JavaScript's he does", "&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "`", "&#x60;"),
	texts("escaped with names, as PHP's htmlentities does", func(s string) string { return named(s, "&#039;") }),
	texts("escaped with names, as Commons Text does", func(s string) string { return named(s, "'") }),
	texts("escaped with hexadecimal numbers, as JavaScript's he does", hexEntities),
)

// latin1Entities are the entity names of U+00A0 to U+00FF.
var latin1Entities = strings.Fields("nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr " +
	"deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest " +
	"Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml " +
	"ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig " +
	"agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml " +
	"eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml")

var otherEntities = map[rune]string{
	'€': "euro", '–': "ndash", '—': "mdash", '‘': "lsquo", '’': "rsquo", '“': "ldquo", '”': "rdquo",
	'…': "hellip", '™': "trade", '•': "bull", '&': "amp", '<': "lt", '>': "gt", '"': "quot",
}

func named(text, apostrophe string) string {
	var b strings.Builder
	for _, r := range text {
		name := otherEntities[r]
		if r >= 0xa0 && r <= 0xff {
			name = latin1Entities[r-0xa0]
		}
		switch {
		case r == '\'':
			b.WriteString(apostrophe)
		case name != "":
			b.WriteString("&" + name + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hexEntities(text string) string {
	var b strings.Builder
	for _, r := range text {
		plain := r >= ' ' && r < 0x7f && !strings.ContainsRune("&<>\"'`", r) || r == '\n' || r >= 0x80 && r < 0xa0
		if plain {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#x%X;", r)
		}
	}
	return b.String()
}

var valuesBackslashed = fixed(entities("as PHP's addslashes does", `\`, `\\`, `'`, `\'`, `"`, `\"`))
