// Package languages writes values and numbers as programming languages turn them into text.
package languages
