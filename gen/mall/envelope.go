package mall

import (
	"encoding/json"
	"fmt"
)

// success is the operateCode of a success; every other code is a refusal.
const success = "S"

// decodeData decodes the data of an envelope whose code is known. What does not fit
// the type is an error in a success; in a refusal it leaves data at its zero value.
func decodeData[T any](text json.RawMessage, code OperateCode, data *T) error {
	if len(text) == 0 {
		return nil
	}
	var decoded T
	if err := json.Unmarshal(text, &decoded); err != nil {
		if code == success {
			return fmt.Errorf("reading data: %w", err)
		}
		return nil
	}
	*data = decoded
	return nil
}
