// Package languages formats values and numbers the way programming languages convert them to text.
package languages
