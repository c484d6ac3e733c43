// Package payment is the client of the service that takes the money for orders
// through Stripe. Its requests need a sign; see package signing. The paths of
// StripeSingleAuthorization, StripeSubscriptionAuthorization and
// ConfirmPaymentResult are stand-ins: a RequestEditorFn puts another one in
// their place.
package payment
