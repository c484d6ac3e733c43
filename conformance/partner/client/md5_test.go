package client_test

import (
	"crypto/md5"
	"encoding/hex"
)

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
