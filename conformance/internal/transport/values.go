package transport

// smallestValue is the average size in bytes below which a large answer has too many values: in memory, a
// value is a hundred bytes, so 8 MiB of them would fill the machine's.
const smallestValue = 8

// maxValues returns how many JSON values an answer may have: 1,048,576 with the default limit of bytes.
func (c *Client) maxValues() int { return int(max(1<<20, c.limits.Answer/smallestValue)) }

// valuesIn returns the number of values in a JSON text, without the first of each object and array.
func valuesIn(text []byte) int {
	n, quoted := 1, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++ // in a string; elsewhere the text is not JSON
		case ',', '[', '{':
			if !quoted {
				n++
			}
		}
	}
	return n
}
