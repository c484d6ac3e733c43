package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/signing"
)

// Push is a notification that a top-up has finished. Its signature is verified.
type Push struct {
	// PartnerCode, OrderNo, PayID, SIM, PackageCode and PurchaseOrderID identify the order. The names
	// of their members are assumed, so each field may be empty: Body has what was sent.
	PartnerCode, OrderNo, PayID, SIM, PackageCode, PurchaseOrderID string
	// Amount and Currency are the price of the order.
	Amount   Amount
	Currency string
	// SignedAt is the timestamp of the push. A repeated push may have a new one.
	SignedAt time.Time
	// Body is the raw body.
	Body []byte
}

// maxPush is the largest body of a push unless WithMaxPush says otherwise.
const maxPush = 64 << 10

// pushHandler receives pushes.
type pushHandler struct {
	verifier signing.PushVerifier
	take     func(context.Context, Push) error
	seen     func(context.Context, Push) (bool, error)
	limit    int64
	logger   *slog.Logger
}

// PushOption changes how PushHandler works.
type PushOption func(*pushHandler)

// WithPushTolerance sets how far the timestamp of a push may differ from the clock.
// Default: signing.PushTolerance. A negative value allows any difference, and so replays.
func WithPushTolerance(tolerance time.Duration) PushOption {
	return func(h *pushHandler) { h.verifier.Tolerance = tolerance }
}

// WithPushRules sets how pushes are signed. Both rules are assumed.
func WithPushRules(join signing.PushJoin, encoding signing.PushEncoding) PushOption {
	return func(h *pushHandler) { h.verifier.Join, h.verifier.Encoding = join, encoding }
}

// WithPushClock sets the clock for timestamps. Default: time.Now.
func WithPushClock(now func() time.Time) PushOption {
	return func(h *pushHandler) { h.verifier.Now = now }
}

// WithMaxPush sets the largest body in bytes. Default: 64 KiB.
func WithMaxPush(bytes int64) PushOption {
	return func(h *pushHandler) { h.limit = bytes }
}

// WithPushSeen drops repeated pushes. If seen returns true, the handler answers with
// success and does not call take; if it returns an error, the mall repeats the push.
// The mall repeats a push whose answer got lost: without seen, take must accept the
// same push twice without harm.
func WithPushSeen(seen func(context.Context, Push) (bool, error)) PushOption {
	return func(h *pushHandler) { h.seen = seen }
}

// WithPushLogger logs each push that is not accepted, without its body.
func WithPushLogger(logger *slog.Logger) PushOption {
	return func(h *pushHandler) { h.logger = logger }
}

// PushHandler receives the pushes of the mall. It verifies the raw bytes with the
// keys, by key id, before it passes a push to take. It answers with success only if
// take returns nil; after an error the mall repeats the push (assumed: what triggers
// a repetition is not documented). Several keys allow a rollover. Do not change the
// map while the handler runs.
func PushHandler(keys map[string][]byte, take func(context.Context, Push) error, options ...PushOption) http.Handler {
	handler := &pushHandler{verifier: signing.PushVerifier{Keys: keys}, take: take, limit: maxPush, logger: slog.New(slog.DiscardHandler)}
	for _, option := range options {
		option(handler)
	}
	return handler
}

// ServeHTTP receives one push.
func (h *pushHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, message := h.serve(w, r)
	code := "F"
	if status == http.StatusOK {
		code = Success
	} else {
		h.logger.LogAttrs(r.Context(), slog.LevelWarn, "push not accepted", slog.Int("status", status), slog.String("reason", message))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"operateCode": code, "message": message})
}

// serve returns the status of the answer and its message, which reveals nothing about the correct signature.
func (h *pushHandler) serve(w http.ResponseWriter, r *http.Request) (int, string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, "a push must be a POST"
	}
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if kind, _, err := mime.ParseMediaType(kind); err != nil || kind != "application/json" {
			return http.StatusUnsupportedMediaType, "a push must be application/json"
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.limit))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, "the body is longer than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes"
	}
	if err != nil {
		return http.StatusBadRequest, "the body could not be read"
	}
	if err := h.verifier.Verify(r.Header, body); err != nil {
		return refusalOf(err)
	}
	push := readPush(r.Header, body)
	if h.seen != nil {
		known, err := h.seen(r.Context(), push)
		if err != nil {
			return http.StatusInternalServerError, "the push could not be looked up"
		}
		if known {
			return http.StatusOK, "success"
		}
	}
	if err := h.take(r.Context(), push); err != nil {
		return http.StatusInternalServerError, "the push could not be processed"
	}
	return http.StatusOK, "success"
}

// refusalOf returns the answer to a push that does not verify.
func refusalOf(err error) (int, string) {
	for _, known := range []error{signing.ErrPushHeader, signing.ErrPushBody} {
		if errors.Is(err, known) {
			return http.StatusBadRequest, known.Error()
		}
	}
	return http.StatusUnauthorized, "the signature is not accepted"
}

// readPush reads the known members of a verified body, which is one JSON object. A field
// stays empty if its member has another form: no page documents the body.
func readPush(header http.Header, body []byte) Push {
	push := Push{Body: body}
	if milliseconds, err := strconv.ParseInt(header.Get(signing.HeaderPushTimestamp), 10, 64); err == nil {
		push.SignedAt = time.UnixMilli(milliseconds)
	}
	members, err := signing.ParseMembers(body)
	if err != nil {
		return push
	}
	fields := map[string]*string{
		"partnerCode": &push.PartnerCode, "orderNo": &push.OrderNo, "payId": &push.PayID, "deviceCode": &push.SIM,
		"packageCode": &push.PackageCode, "requestOrderId": &push.PurchaseOrderID, "payCurrency": &push.Currency,
	}
	for _, member := range members {
		text, ok := member.StringValue()
		if !ok {
			continue
		}
		if field, known := fields[member.Name]; known {
			*field = text
		} else if member.Name == "payAmount" {
			push.Amount, _ = ParseAmount(text)
		}
	}
	return push
}
