// Package jsonform writes parameters as JSON and similar texts, in the layouts and with the
// escapes of other libraries.
package jsonform
