package digest

import "unicode"

// Span is a part of a text, marked if the other text lacks it.
type Span struct {
	Text string
	Mark bool
}

// differenceWords is the largest number of words in a text that is compared; the work is quadratic.
const differenceWords = 400

// Difference compares two texts word by word and returns both as spans. Texts that have too little in
// common, or are too long, are returned unmarked: marking nearly everything would show nothing.
func Difference(expected, actual string) (left, right []Span) {
	a, b := words(expected), words(actual)
	plain := func() ([]Span, []Span) { return []Span{{Text: expected}}, []Span{{Text: actual}} }
	if expected == actual || len(a) > differenceWords || len(b) > differenceWords {
		return plain()
	}
	inA, inB, shared := common(a, b)
	if 3*shared < len(expected)+len(actual)-2*shared {
		return plain()
	}
	return spans(a, inA), spans(b, inB)
}

// words splits a text into runs of letters and digits and the single characters between.
func words(text string) []string {
	var list []string
	start := 0
	inWord := false
	for i, c := range text {
		isWord := unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_'
		if i > 0 && (!isWord || !inWord) {
			list = append(list, text[start:i])
			start = i
		}
		inWord = isWord
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

// common marks the words of a longest common subsequence in both lists and returns its length in bytes.
func common(a, b []string) (inA, inB []bool, shared int) {
	length := make([][]int, len(a)+1)
	length[len(a)] = make([]int, len(b)+1)
	for i := len(a) - 1; i >= 0; i-- {
		length[i] = make([]int, len(b)+1)
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + len(a[i])
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	inA, inB = make([]bool, len(a)), make([]bool, len(b))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			inA[i], inB[j] = true, true
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return inA, inB, length[0][0]
}

// spans joins neighbouring words of the same kind.
func spans(list []string, common []bool) []Span {
	var out []Span
	for i, word := range list {
		if last := len(out) - 1; last >= 0 && out[last].Mark == !common[i] {
			out[last].Text += word
			continue
		}
		out = append(out, Span{Text: word, Mark: !common[i]})
	}
	return out
}
