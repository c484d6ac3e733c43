"""The mistakes that this mall makes on demand, and what each would cost a partner."""

BUGS = {
    "cached-bundles": "listBundles answers from a cache of one minute: a partner decides on SIM counts that are out of date.",
    "float-money": "Amounts pass through binary floats and are cut to cents: the buyer is charged 19.98 for a plan of 19.99.",
    "lost-update": "Two adds at once read the same group and the second write wins: SIM cards reported as added are not in the group.",
    "folded-ids": "Order numbers are folded to upper case: a partner that compares the echoed number does not find its own order.",
    "foreign-task": "asyncResult does not look at the partner: anyone who guesses a request_id reads another partner's SIM cards.",
    "lazy-task": "The work starts when its result is asked for: a partner that does not poll never gets its SIM cards into the group.",
    "listing-cut": "listGroupSims shows the first 20 entries only: a partner takes SIM cards for missing and adds them again.",
    "push-unsigned": "Pushes carry no signature: a partner that verifies refuses all of them, one that does not believes anybody.",
    "push-reserialised": "The signature is made over the body with spaces, not over the compact one: no receiver can verify a push.",
    "sign-prefix": "Only the first eight digits of the sign are compared: most damaged signs pass.",
    "get-unsigned": "The sign of a GET is not checked: a look-up whose key was damaged on its way shows another order.",
    "declined-confirmed": "A confirmation reports every payment as paid: the partner delivers for a card that was declined.",
    "deduplicated-adds": "A group is kept as a set: a card that was added twice is counted once, and the partner's bill does not add up.",
    "sim-key-first": "queryOrder looks at sim_id first: a partner that asks for an order by its own id is shown another one of the same SIM card.",
    "double-effect": "Every confirmation of a paid order makes it take effect again: a client that repeats a call tops the SIM card up twice.",
}
