package web_test

import (
	"net/http"
	"testing"
)

// A secret that is left out stays, but goes nowhere but to the address that it
// was given for.
func TestSecretsStayWithTheirAddress(t *testing.T) {
	t.Parallel()
	r := open(t)
	const path = "/api/connections/shop"
	r.wants(t, http.StatusCreated, http.MethodPut, path, `{"component":"acme","fields":{"base_url":"https://shop.example","api_key":"secret"}}`)
	r.wants(t, http.StatusOK, http.MethodPut, path, `{"component":"acme","fields":{"base_url":"https://shop.example"}}`)
	r.wants(t, http.StatusUnprocessableEntity, http.MethodPut, path, `{"component":"acme","fields":{"base_url":"https://evil.example"}}`)
	r.wants(t, http.StatusUnprocessableEntity, http.MethodPut, path, `{"component":"acme","fields":{}}`)
	if a := r.wants(t, http.StatusOK, http.MethodGet, path, ""); a.field(t, "fields").(map[string]any)["base_url"] != "https://shop.example" {
		t.Errorf("a refused change was made: %s", a.body)
	}
	r.wants(t, http.StatusOK, http.MethodPut, path, `{"component":"acme","fields":{"base_url":"https://new.example","api_key":"another"}}`)
}
