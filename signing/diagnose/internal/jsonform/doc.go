// Package jsonform writes parameters as JSON and similar formats, with the layouts and escapes of other
// libraries.
package jsonform
