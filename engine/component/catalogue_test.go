package component_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/flow"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	first := parse(t, strings.Replace(manifest, "name: shop", "name: shop\nversion: \"1\"", 1))
	second := parse(t, strings.Replace(manifest, "title: Order", "title: Place order", 1))
	other := parse(t, strings.Replace(manifest, "name: shop\ntitle: Shop", "name: bank\ntitle: A bank", 1))
	before := component.NewCatalogue(first)
	catalogue := before.With(other, second)

	for uses, title := range map[string]string{
		"shop/order":                     "Place order",
		"shop/order@1":                   "Order",
		"shop/order@" + first.Hash:       "Order",
		"shop/order@" + first.Hash[:8]:   "Order",
		"shop/order@" + second.Hash[:12]: "Place order",
		"bank/order":                     "Order",
	} {
		action, err := catalogue.Action(uses)
		if err != nil || action.Title != title {
			t.Errorf("%s: %v, %v", uses, action, err)
		}
	}
	for uses, says := range map[string]string{
		"shop":                         "component/action",
		"shpo/order":                   "did you mean shop?",
		"shop/oder":                    "did you mean order?",
		"shop/order@2":                 "no version",
		"shop/order@" + first.Hash[:4]: "no version",
		"shop/order@":                  "no version",
		"completely/different":         "there are bank, shop",
		"":                             "names no action",
	} {
		if _, err := catalogue.Action(uses); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", uses, err, says)
		}
	}
	if action, _ := before.Action("shop/order"); action.Title != "Order" {
		t.Error("With changed the catalogue that it was called on")
	}
	if all := catalogue.Components(); len(all) != 2 || all[0] != other || all[1] != second {
		t.Errorf("the components are %v", all)
	}
}

func TestConnectionsShowNothing(t *testing.T) {
	t.Parallel()
	connection := &component.Connection{Name: "main", Component: "shop", Fields: map[string]any{"token": "hunter22"}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("connecting", "connection", connection)
	encoded, err := json.Marshal(connection)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s %q", connection, connection, connection, connection, connection),
		fmt.Sprintf("%v %+v", *connection, []component.Connection{*connection}), log.String(), string(encoded),
	} {
		if strings.Contains(text, "hunter22") || !strings.Contains(text, "main") {
			t.Errorf("it shows as %s", text)
		}
	}
}

func TestCatalogueAuth(t *testing.T) {
	t.Parallel()
	catalogue := component.NewCatalogue(parse(t, manifest))
	auth, failure := catalogue.Auth(nil)
	if auth != nil || failure != nil {
		t.Errorf("no connection: %v, %v", auth, failure)
	}
	if _, failure = catalogue.Auth(&component.Connection{Component: "gone", Name: "old"}); failure == nil || failure.Code != flow.FailedConnection {
		t.Errorf("an unknown component: %+v", failure)
	}
	if _, failure = catalogue.Auth(&component.Connection{Component: "shop"}); failure == nil || failure.Code != flow.FailedConnection || !strings.Contains(failure.Message, "token") {
		t.Errorf("a missing token: %+v", failure)
	}
	auth, failure = catalogue.Auth(&component.Connection{Component: "shop", Fields: map[string]any{"token": "hunter22"}})
	if auth == nil || failure != nil || strings.Contains(fmt.Sprintf("%+v", auth), "hunter22") {
		t.Errorf("a good one: %+v, %v", auth, failure)
	}
}
