package table_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/table"
)

func ExampleWrite() {
	_ = table.Write(os.Stdout, 80, []int{10, 4, 0}, [][]string{
		{"ID", "DOES", "REQUIREMENT"},
		{"A-1", "read", "a requirement that does not fit a line of a terminal with eighty columns, not at all"},
		{"A-1/a-long-case", "read", "short"},
	})
	// Output:
	// ID          DOES  REQUIREMENT
	// A-1         read  a requirement that does not fit a line of a terminal with
	//                   eighty columns, not at all
	// A-1/a-long-case
	//             read  short
}

func TestWriteKeepsTheWidth(t *testing.T) {
	for _, width := range []int{0, 80, 100, 120} {
		var out strings.Builder
		row := []string{"id", strings.Repeat("欧洲 plan, ", 40), strings.Repeat("addSims,", 40), "end"}
		if err := table.Write(&out, width, []int{6, 0, 0, 5}, [][]string{row}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > max(width, table.Least) {
				t.Errorf("at a width of %d a line has %d columns: %s", width, n, line)
			}
		}
		if n := strings.Count(out.String(), "addSims"); n != 40 {
			t.Errorf("%d of 40 words are left", n)
		}
	}
}

func ExampleWrite_wideWord() {
	_ = table.Write(os.Stdout, 80, []int{4, 10, 0}, [][]string{{"x", "stripeSubDirectly", "y"}})
	fmt.Println("end")
	// Output:
	// x     stripeSubDirectly  y
	// end
}
