package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// The operations on groups and tasks.
var (
	addSims       = operation{name: "addSims", empty: true}
	removeSims    = operation{name: "removeSims", empty: true}
	listGroupSims = operation{name: "listGroupSims", reads: true}
	listBundles   = operation{name: "listBundles", reads: true}
	asyncResult   = operation{name: "asyncResult", reads: true}
)

// AddSIMs adds SIM cards, given by ICCID, to a group. Every addition counts: a card
// that is added twice is counted twice. The mall works asynchronously: wait for the
// task. The request is sent once, because a repetition would count again.
func (c *Client) AddSIMs(ctx context.Context, groupID string, sims ...string) (*Task, error) {
	if err := namesSIMs(groupID, sims); err != nil {
		return nil, fmt.Errorf("adding SIM cards: %w", err)
	}
	return c.begin(ctx, addSims, ActionAddSIMs, sims, func(ctx context.Context) (*http.Response, error) {
		return c.topup.AddSIMs(ctx, groupID, nil, mall.AddSIMsRequest{SIMIDs: sims})
	})
}

// RemoveSIMs removes SIM cards from a group, each as often as it is given. Wait for
// the task. The request is sent once.
func (c *Client) RemoveSIMs(ctx context.Context, groupID string, sims ...string) (*Task, error) {
	if err := namesSIMs(groupID, sims); err != nil {
		return nil, fmt.Errorf("removing SIM cards: %w", err)
	}
	return c.begin(ctx, removeSims, ActionRemoveSIMs, sims, func(ctx context.Context) (*http.Response, error) {
		return c.topup.RemoveSIMs(ctx, groupID, nil, mall.RemoveSIMsRequest{SIMIDs: sims})
	})
}

func namesSIMs(groupID string, sims []string) error {
	switch {
	case groupID == "":
		return errors.New("groupID is empty")
	case len(sims) == 0 || slices.Contains(sims, ""):
		return errors.New("no SIM card is given, or an empty one")
	}
	return nil
}

// begin sends a request that starts a task.
func (c *Client) begin(
	ctx context.Context, op operation, action string, sims []string, send func(context.Context) (*http.Response, error),
) (*Task, error) {
	_, got, err := call[json.RawMessage](ctx, c, op, send)
	if err != nil {
		return nil, err
	}
	id := got.header.Get(c.config.RequestIDHeader)
	if id == "" {
		return nil, got.malformed(op, "it has no header "+c.config.RequestIDHeader)
	}
	return &Task{client: c, requestID: id, action: action, sims: slices.Clone(sims), begun: time.Now()}, nil
}

// Group is a bundle group, with basic information on its data plan.
type Group struct {
	// ID and Name identify the group.
	ID, Name string
	// PackageCode and PackageName identify its plan.
	PackageCode, PackageName string
	// SIMCount is the number of SIM cards, repetitions included.
	SIMCount int
}

// bundle and groupSIMs are the parts of the listings that are read. No page prints
// them, so a count may be a number or a string.
type bundle struct {
	ID          string `json:"group_id"`
	Name        string `json:"group_name"`
	PackageCode string `json:"package_code"`
	PackageName string `json:"package_name"`
	Count       count  `json:"sim_count"`
}

type groupSIMs struct {
	GroupID string   `json:"group_id"`
	SIMs    []string `json:"sim_ids"`
}

// count is a number of SIM cards, written as a number or as a string.
type count int

// UnmarshalJSON reads digits, with or without quotation marks.
func (c *count) UnmarshalJSON(data []byte) error {
	text := strings.TrimSuffix(strings.TrimPrefix(string(data), `"`), `"`)
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return fmt.Errorf("%s is not a number of SIM cards", data)
	}
	*c = count(number)
	return nil
}

// Groups lists all groups of the partner.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	data, got, err := call[[]bundle](ctx, c, listBundles, func(ctx context.Context) (*http.Response, error) {
		return c.topup.ListBundles(ctx, &mall.ListBundlesParams{})
	})
	if err != nil {
		return nil, err
	}
	groups := make([]Group, 0, len(*data))
	for _, one := range *data {
		if one.ID == "" {
			return nil, got.malformed(listBundles, "a group has no group_id")
		}
		groups = append(groups, Group{one.ID, one.Name, one.PackageCode, one.PackageName, int(one.Count)})
	}
	return groups, nil
}

// GroupSIMs lists the SIM cards of a group, each as often as it is counted.
func (c *Client) GroupSIMs(ctx context.Context, groupID string) ([]string, error) {
	if err := required("groupID", groupID); err != nil {
		return nil, fmt.Errorf("listing a group: %w", err)
	}
	data, got, err := call[groupSIMs](ctx, c, listGroupSims, func(ctx context.Context) (*http.Response, error) {
		return c.topup.ListGroupSIMs(ctx, groupID, &mall.ListGroupSIMsParams{})
	})
	if err != nil {
		return nil, err
	}
	if data.GroupID != groupID {
		return nil, got.malformed(listGroupSims, "it names another group")
	}
	if data.SIMs == nil {
		return nil, got.malformed(listGroupSims, "it has no sim_ids")
	}
	return data.SIMs, nil
}
