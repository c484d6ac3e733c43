package reports

// CodeSuccess is the operateCode of a success; any other is a refusal.
const CodeSuccess = "S"
