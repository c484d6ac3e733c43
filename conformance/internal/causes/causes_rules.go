package causes

// byClause are by the id of a rule, or by its topic for rules without a cause of their own.
var byClause = map[string]string{
	"requests": "The server has an undocumented rule, a setting names a fixture that does not fit (a SIM, group or package of another " +
		"partner), or the server computes the sign by another rule. `mallcheck sign --explain` shows the signed text.",

	"signature": "Client and server sign different texts: an extra or missing parameter, another order, other escaping, reformatted " +
		"numbers. Compare the signed text in the report with the one in the server's log.",
	"signature/missing-sign-refused": "The server verifies a sign only if there is one: the check for its " +
		"presence is missing, or disabled in this " +
		"environment.",
	"signature/empty-sign-refused": "The server treats an empty sign as a missing one and accepts requests without a sign.",
	"signature/wrong-sign-refused": "The server computes the sign without comparing it, compares only a part of " +
		"it, or logs a mismatch without refusing. " +
		"Test environments often disable the check.",
	"signature/malformed-sign-refused":       "The server truncates, trims or lower-cases the sign before it compares it.",
	"signature/sign-of-another-body-refused": "The server checks that a sign is well-formed or known, not that it belongs to this request.",
	"signature/tampered-body-refused": "The changed parameter is not part of the text that the server signs, or " +
		"the server computes the sign without " +
		"comparing it.",
	"signature/upper-case-sign-refused": "The server ignores letter case when it compares signs.",
	"signature/tampered-path-refused": "The server does not sign path parameters. If that is the provider's rule, set " +
		"--sign-parts query,body.",
	"signature/path-signed": "The server does not sign path parameters. If that is the provider's rule, set " +
		"--sign-parts query,body.",
	"signature/query-signed": "The server signs only the body, so anyone can change the query in transit.",
	"signature/empty-values-left-out": "The server includes empty parameters in the signed text. If that is the " +
		"provider's rule, set --sign-empty.",
	"signature/null-counts-as-empty": "The server includes null parameters in the signed text. If that is the " +
		"provider's rule, set --sign-empty.",
	"signature/text-as-sent": "The server parses the body and serializes it again before signing: numbers " +
		"lose digits, escapes are resolved, nested " +
		"members are sorted.",
	"signature/slash-not-escaped": "The server's JSON library escapes / as \\/ (PHP does so by default), which " +
		"changes the sign of every text with a " +
		"slash.",
	"signature/compact-json":              "The server's JSON library writes spaces after : and , in the signed text.",
	"signature/ambiguous-request-refused": "The server signs one of two parameters with the same name and uses the other.",
	"signature/refused-before-anything-happened": "The server verifies the sign inside the handler, after the work has begun, " +
		"instead of before it.",

	"globals": "Some handlers read version and partnerCode themselves instead of a filter in " +
		"front of all of them.",
	"globals/unknown-partner-refused": "The server uses the partner code only to filter records: an unknown code finds " +
		"nothing and is not refused.",
	"globals/empty-partner-code-refused": "An empty partner code passes the check for presence and matches records without an owner.",
	"globals/place-of-parameters":        "The framework merges query and body parameters, so the server cannot tell them apart.",
	"globals/accept-language":            "A message is missing in the requested language.",
	"globals/version-default": "The server fills in the documented default version. That a request without " +
		"version is refused is derived; ask the " +
		"provider.",

	"envelope": "Something in front of the handler answers: a gateway, an error page of the " +
		"framework, a default handler.",
	"envelope/success":             "The handler answers without the envelope, or with another success code.",
	"envelope/refusal":             "Refusals are written by other code than successes: an exception handler, a filter, a gateway.",
	"envelope/data-on-success":     "The handler answers before it reads the data, or the serializer omits null.",
	"envelope/media-type":          "The handler writes bytes without setting Content-Type, or a gateway sets its own.",
	"envelope/members-are-strings": "The server stores codes as numbers and serializes them as numbers. Map them to strings.",
	"envelope/one-json-text":       "The response is written twice, cut off by a time limit, or mixed with debug output.",
	"envelope/no-server-error": "An unexpected value reaches code that does not check it and throws an " +
		"exception. The server's log has the stack trace.",
	"envelope/status":       "The framework maps its own errors to statuses that the API does not use.",
	"envelope/numbers-kept": "Numbers pass through a floating-point type and lose digits.",

	"request-id": "The request_id is created in one place and stored in another: a retry, a proxy or a second instance has a different " +
		"one.",
	"request-id/header-present": "The server sets the header only if it queues the task at once, or a " +
		"gateway drops unknown headers. No page names the " +
		"header: if the target uses another name, set --request-id-header.",
	"request-id/header-name": "No page names the header; request_id is assumed. If the target uses another " +
		"name, set --request-id-header.",
	"request-id/unique":               "The id comes from a clock or counter that two instances do not share.",
	"request-id/known-at-once":        "The server returns the id before it stores the task, or the first query reads a lagging replica.",
	"request-id/finds-its-own-result": "Results are stored under an id other than the returned one, such as that of the queue or the batch.",
	"request-id/none-on-refusal":      "The server creates the id before it validates the request.",
	"request-id/unknown-refused":      "The server answers an unknown id like an unfinished task, so a client waits forever.",
	"request-id/malformed-refused":    "The server puts the id into a path or a database query without checking it.",
	"request-id/partner-isolation": "The server finds results by id alone, without the partner. Whoever guesses an " +
		"id reads another partner's SIM numbers.",
	"request-id/repeated-reading": "The first read deletes the result or starts its expiry.",

	"async": "The worker that executes a task and the handler that answers for it use different records.",
	"async/result-shape": "The details are serialized from the worker's records: empty members are " +
		"omitted, others have the type of their column.",
	"async/action-code-add":              "The code is that of the worker's last task, or a mapping confuses add and remove.",
	"async/action-code-remove":           "The code is that of the worker's last task, or a mapping confuses add and remove.",
	"async/action-code-string":           "The server stores the code as a number and serializes it as one.",
	"async/each-sim-once-per-submission": "The worker reports a SIM once per attempt instead of once per task, or omits failed ones.",
	"async/duplicate-in-one-batch":       "The batch becomes a set, or details are keyed by SIM, so a repeated SIM has one detail.",
	"async/same-sim-in-two-requests":     "The second request finds the SIM taken by the first and gets no detail of its own.",
	"async/no-foreign-sim":               "Details are collected by time or group instead of by task, so details of other tasks get in.",
	"async/no-mixing":                    "Details are collected by time or group instead of by task, so details of other tasks get in.",
	"async/mixed-batch":                  "One failure ends the batch, or one success marks the whole batch as successful.",
	"async/unknown-sim-passes-validation": "The server looks up SIMs before it queues the task, so one unknown SIM refuses " +
		"the whole batch.",
	"async/ends-in-time": "Tasks take longer than the time limit, or end with a status that is not in " +
		"the settings: see --task-timeout and " +
		"--terminal-status.",
	"async/terminates": "The worker died, the queue is blocked, or the last step does not store the " +
		"status. If tasks only take longer, raise " +
		"--task-timeout; add other final statuses with --terminal-status.",
	"async/never-goes-back":          "Two workers write the same record, or a retry resets it.",
	"async/terminal-result-stays":    "The server derives the result on each read from records that keep changing.",
	"async/query-triggers-nothing":   "Reading the result executes pending work, or retries it.",
	"async/basic-validation-at-once": "The handler does the work itself before it responds, instead of queueing it.",
	"async/empty-batch-refused":      "The server queues an empty list as a task without work.",
	"async/malformed-sim-refused":    "Only the worker checks the form of an ICCID.",
	"async/large-batch":              "The server limits batches without saying so, or the worker has a time limit of its own.",

	"groups":           "The listing comes from a cache or replica that lags behind the change.",
	"groups/sim-count": "The server stores the count beside the list and updates it separately.",
	"groups/per-operation-counting": "The members of a group are a set, or have a unique key of group and SIM, so a " +
		"repeated addition counts for nothing.",
	"groups/listing-repeats-sims": "The members of a group are a set, or the listing uses a distinct query, so a " +
		"SIM that was added twice is listed once.",
	"groups/bundles-count-agrees":   "The server stores the count beside the list and updates it separately.",
	"groups/no-other-group-changed": "The server changes entries by SIM, without the group.",
	"groups/unknown-sim-not-listed": "The server stores the membership before it looks up the SIM.",
	"groups/refused-request-changes-nothing": "The server makes the change before it validates the request, without a " +
		"transaction around both.",
	"groups/unknown-group-refused": "The server answers an unknown group like an empty one.",
	"groups/partner-isolation":     "The server finds the group by id alone, without the partner.",

	"vshop":                        "Plans are listed from one catalogue and orders are checked against another.",
	"vshop/verify-known-sim":       "The SIM of the settings does not belong to this partner, or is not active in this environment.",
	"vshop/unknown-sim-refused":    "The server answers an unknown SIM with default values.",
	"vshop/answer-names-the-sim":   "The answer comes from a session, a cache or another request's record.",
	"vshop/area-narrows-the-plans": "The server ignores the area, or knows it by another name: no page lists the areas.",

	"orders": "Orders are stored in one record and shown from another: a cache, a replica, an " +
		"incomplete mapping.",
	"orders/answer-repeats-the-request": "The server takes values from the catalogue, or reformats them, instead of " +
		"echoing the request.",
	"orders/unpaid-order-not-active":  "The server sets the status when it creates the order, not when the order is paid.",
	"orders/query-names-no-other-sim": "The server finds orders by partner, without the SIM.",
	"orders/unknown-sim-refused":      "The server creates the order before it looks up the SIM.",
	"orders/unknown-package-refused": "The server creates the order before it looks up the package, or matches " +
		"packages by prefix.",
	"orders/malformed-amount-refused": "The server parses amounts leniently, or compares them as floating-point numbers.",
	"orders/duplicate-refused": "The server checks for an existing order and then inserts, without a unique key " +
		"in the database.",
	"orders/duplicate-request-order-id-accepted": "The database has a unique key on an id that the documentation allows to repeat.",
	"orders/refused-request-creates-nothing": "The server stores the order before it validates the request, without a " +
		"transaction around both.",
	"orders/remaining-days-agree": "The server counts the days from the period that was bought, or stores them " +
		"once, instead of deriving them from the " +
		"date.",
	"orders/partner-isolation":      "The server finds orders by number alone, without the partner.",
	"orders/query-triggers-nothing": "Reading executes pending work, such as ending or renewing an order.",

	"renewals":                               "The auto-renewal and its order are two records, and only one of them is updated.",
	"renewals/none-refused":                  "The server answers a SIM without an auto-renewal with a success.",
	"renewals/cancelled-is-gone":             "Cancelling sets a flag that the query ignores.",
	"renewals/cancel-unknown-refused":        "A database update that changes no row counts as a success.",
	"renewals/cancel-twice-refused":          "A database update that changes no row counts as a success.",
	"renewals/cancel-needs-order-and-pay-id": "The server finds the auto-renewal by one of the two ids alone.",
	"renewals/cancel-no-other":               "The server ends auto-renewals by SIM or partner instead of by their own ids.",
	"renewals/cancel-keeps-the-order":        "Cancelling ends the order as well as its auto-renewal.",
	"renewals/partner-isolation":             "The server finds the auto-renewal by its ids alone, without the partner.",

	"third-party":                  "Third-party orders go through the code for payments, which expects a payment.",
	"third-party/amount-preserved": "The server converts the amount to cents or to a floating-point number.",

	"payments": "The payment provider and the shop each store the status of a payment, and one of them is asked too early or not at " +
		"all.",
	"payments/amount-preserved": "The server converts the amount to cents or to a floating-point number on the " +
		"way to the payment provider and back.",
	"payments/currency-preserved":      "The server returns the currency of the account instead of the order's.",
	"payments/currency-in-either-case": "The server compares currencies as text, letter case included.",
	"payments/amount-of-the-order-required": "The server passes the amount to the payment provider without comparing it " +
		"with the order: a client that sends less " +
		"pays less.",
	"payments/currency-of-the-order-required": "The server passes the currency to the payment provider without comparing it " +
		"with the order.",
	"payments/unknown-pay-id-refused":     "The server creates an unknown payment on the spot.",
	"payments/empty-strings-refused":      "The server checks that a parameter is present, not that it has a value.",
	"payments/secret-is-unique":           "The secret is cached, or derived from the order alone.",
	"payments/paid-once":                  "Two requests for the same payment run concurrently, without a lock or an idempotency key.",
	"payments/takes-effect-once":          "The confirmation and the payment provider's notification each execute the top-up.",
	"payments/status-after-failure":       "The server maps a failed payment to the status of an open or a successful one.",
	"payments/confirm-agrees-with-result": "Confirmation and query read the status from different places.",
	"payments/confirm-can-be-repeated":    "The second confirmation treats a finished payment as a mistake, or executes it again.",
	"payments/query-triggers-nothing":     "The query executes pending work.",
	"payments/partner-isolation":          "The server finds the payment by id alone, without the partner.",
	"payments/refused-request-pays-nothing": "The server executes the payment before it validates the request, without a " +
		"transaction around both.",

	"order-lookup": "The lookup reads a record other than the order's, or tries the keys in an undocumented order.",
	"order-lookup/own-orders-only": "The server finds orders by their keys alone, without the partner. Whoever " +
		"guesses a key reads another partner's " +
		"orders.",
	"order-lookup/no-key-refused":          "Without a key, the server searches all orders and returns the newest.",
	"order-lookup/unknown-key-refused":     "The server answers a lookup that finds nothing with a success and empty data.",
	"order-lookup/empty-key-skipped":       "The server searches for the empty key, or takes it for the first one given.",
	"order-lookup/first-key-decides-alone": "The server combines the keys in one query instead of trying them in order.",

	"errors": "The framework answers instead of the handler, with its own page, status or " +
		"body. Put the envelope in front of it.",
	"errors/oversized-refused":        "The server reads the whole body before it checks its length.",
	"errors/same-mistake-same-code":   "The code is derived from an exception's text, or from the step that failed first.",
	"errors/unknown-path-refused":     "A catch-all route answers every path with a success.",
	"errors/other-method-refused":     "The route is registered for every method.",
	"errors/other-media-type-refused": "The server parses the body as JSON whatever its Content-Type.",
	"errors/missing-body-refused": "The server parses a missing body as an empty object and does not check for " +
		"required members afterwards.",
	"errors/malformed-json-refused": "The parser is lenient, or stops at the end of the first value.",

	"push": "A separate job builds and sends the push, from an order that has changed since or from another order.",
	"push/sent-after-recharge": "The target pushes to an address on which nothing listens, a " +
		"firewall is in between (see --push-listen), " +
		"or the job that sends pushes does not run.",
	"push/only-after-recharge":         "The server sends the push when the order is created, not when its top-up takes effect.",
	"push/to-the-partner-of-the-order": "The server takes the address from the package or the SIM instead of the order's partner.",
	"push/order-visible":               "The server sends the push before it commits the order, or queryOrder reads a lagging replica.",
	"push/headers-present":             "A proxy in between removes headers, or only one kind of push sets the header.",
	"push/signature-form":              "The signature lacks its key id, or another separator than a slash.",
	"push/signature-verifies": "--push-key is not the key that the target signs with, the texts are joined " +
		"or encoded differently (--push-join, " +
		"--push-encoding), or the body is serialized again after signing.",
	"push/signature-covers-headers":  "Only the body is signed, so anyone can change the headers in transit.",
	"push/signature-covers-body":     "Only a part of the body is signed.",
	"push/timestamp-in-milliseconds": "The timestamp is in seconds.",
	"push/timestamp-is-current":      "The timestamp is that of the order instead of the push, or the clocks differ.",
	"push/amount-preserved":          "The server converts the amount to cents or to a floating-point number before it builds the push.",
	"push/currency-preserved":        "The push has the currency of the account instead of the order's.",
	"push/retried-after-failure":     "Any response counts as delivered.",
	"push/retried-after-refusal":     "A refusal counts as final, so a push is lost while the receiver is being deployed.",
	"push/retried-without-an-answer": "A broken connection counts as delivered.",
	"push/same-content-on-retry":     "Each attempt builds the body from the order again.",
	"push/retry-is-signed":           "The second attempt has a new timestamp and the old signature.",
	"push/not-repeated-after-success": "The next attempt is scheduled before the response is stored, or the server " +
		"looks at the response body instead of its " +
		"status.",
	"push/retries-end": "The number of attempts is unlimited.",
	"push/receiver-takes-a-right-push": "The receiver does not verify the bytes it received: it parses " +
		"and serializes the body, or misses headers " +
		"that a proxy removed.",
	"push/receiver-refuses-a-wrong-signature": "The receiver verifies a signature only if there is one, or logs a mismatch and " +
		"accepts the push.",
	"push/receiver-refuses-a-tampered-push":  "The receiver verifies only the body or only the headers.",
	"push/receiver-refuses-a-missing-header": "The receiver treats a missing header as an empty text.",
	"push/receiver-refuses-an-old-push":      "The receiver does not compare the timestamp with its clock.",
	"push/receiver-takes-a-repeated-push":    "The receiver processes the push again, or refuses it, so it is sent forever.",
	"push/receiver-refuses-other-requests":   "A framework parses the body only when it is used, or the route takes every method.",
	"push/receiver-does-not-fail":            "An exception while the body is parsed is not caught, or the body is read without a limit.",
	"push/receiver-takes-many-pushes": "The work is done before the response is sent, on too few threads, or a lock is " +
		"held meanwhile.",

	"client":                                      "The client was written against an example or another server, and this case was never tried.",
	"client/signs-its-requests":                   "The client signs another text than it sends: a JSON library with its default separators or escapes, unsorted keys, empty parameters, or a body that is serialized again after signing.",
	"client/signs-the-path":                       "The client signs the query or body alone. If that is the provider's rule, set --sign-parts query,body.",
	"client/sends-known-requests":                 "A path is put together from an empty or unescaped value, or the address lacks the path of the service.",
	"client/uses-the-address-of-the-service":      "The client has one address for all services. They have three, whose test addresses do not share a suffix.",
	"client/announces-json":                       "The HTTP library sends text or a form unless the body is declared as JSON.",
	"client/sends-one-json-object":                "The client sends a form, a list, text in another character set, or a GET with a body.",
	"client/sends-nothing-twice":                  "Parameters are added by two layers of the client: a default and the call itself.",
	"client/sends-what-is-required":               "The client leaves out empty values, or was written for another operation.",
	"client/sends-strings":                        "The client keeps amounts and codes as numbers and serializes them as they are. A float also changes the digits of an amount.",
	"client/keeps-the-forms":                      "A value is formatted by a locale or a library's default: separators in amounts, ISO dates, white space around a SIM number.",
	"client/sends-nothing-unknown":                "The name is misspelt, or comes from another API of the provider: camelCase and snake_case differ between services.",
	"client/puts-globals-in-their-place":          "One helper adds the global parameters to the query of every request.",
	"client/uses-its-own-partner-code":            "The code of an example or of another environment is in the source.",
	"client/orders-a-listed-plan":                 "Packages are configured in the client and the list of plans is not consulted, or the list is that of another SIM card.",
	"client/orders-at-the-listed-price":           "The client has its own prices, converts the currency, or computes with floating-point numbers.",
	"client/pays-the-price-of-the-order":          "The client computes the amount again for the payment, or rounds it.",
	"client/order-number-is-unique":               "The orderNo comes from a clock with seconds or from a counter that restarts.",
	"client/pay-id-is-unique":                     "The payId comes from a clock with seconds, or is that of the buyer.",
	"client/pays-its-own-orders":                  "The payId comes from a configuration or from another order, or the order is stored after the payment was started.",
	"client/follows-the-payment":                  "The client treats the authorization as the payment, or asks once and gives up while the payment is open.",
	"client/takes-the-request-id-from-the-header": "The client looks for the request_id in the body. It is in the response header; --request-id-header names another one.",
	"client/reads-each-result":                    "The client treats the first response as the result. It only says that the request was well-formed.",
	"client/waits-for-the-end-of-the-task":        "The client reads the result once, before the task has ended.",
	"client/pauses-between-readings":              "The loop that waits for a task has no pause.",
	"client/stops-at-the-end-of-the-task":         "The loop that waits for a task ends by a count or a time, not by the status.",
	"client/does-not-repeat-a-refused-request":    "A retry repeats everything that is not a success, refusals included.",
	"client/sends-no-empty-key":                   "The client sends all three keys and fills in those that it has.",
	"client/heeds-refusals":                       "The client looks at the HTTP status, which is 200 for refusals too, and not at operateCode.",
	"client/cancels-its-own-renewal":              "The client sends the ids of the newest order, or one id twice.",
	"client/orders-once":                          "A retry around the whole purchase makes a new orderNo each time. Create the number first, store it, and repeat the order with it.",
	"client/adds-once":                            "A general retry repeats every request that got no answer. Each addition counts.",
	"client/succeeds-with-every-habit":            "The client relies on what the contract leaves open: the order of members, the case of header names, a member that may be absent.",
	"client/ends-in-time":                         "A call has no time limit, or a loop waits for an answer that never comes.",
	"client/waits-as-told":                        "The retry uses its own pause and ignores Retry-After.",
	"client/reports-failures":                     "The client looks at the HTTP status alone, or does not look at the result of each SIM card.",
	"client/notices-wrong-answers":                "The client reads what it needs from the answer and does not compare it with the request.",
	"client/leaves-nothing-running":               "The client starts helpers and does not wait for them.",
	"client/does-what-was-required":               "The client ended too early, or the test calls only a part of it.",
}
