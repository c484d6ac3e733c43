// Package mall holds the types of the mall API's requests and answers. All
// scalars are strings, as on the wire: types such as Iccid are other names of
// string that say what the string holds.
//
// Every answer is an envelope: OperateCode "S" means success, anything else a
// refusal, whose Data is nil or means nothing.
package mall
