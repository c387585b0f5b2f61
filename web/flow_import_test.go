package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestImport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		status     int
		words      []string
	}{
		{"nothing", "", http.StatusBadRequest, []string{"cannot be read"}},
		{"no YAML", "redial: 1\nslug: [x\n", http.StatusBadRequest, []string{"cannot be read", "3:1", "&lt;flow&gt;.yaml", "Choose another file"}},
		{"too large", "redial: 1\n#" + strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge, []string{"1 MiB"}},
		{"no slug", "redial: 1\nslug: A B\ntrigger: {uses: webhook}\n", http.StatusUnprocessableEntity, []string{"Not imported", "made of a-z"}},
		{"problems", "redial: 1\nslug: broken\ntrigger: {uses: webhook}\nsteps:\n  a: {uses: nothing}\nedges: [trigger -> a]\n", http.StatusOK,
			[]string{"Imported with problems", "5:13", "nothing", `href="/flows/broken"`}},
	}
	r := open(t)
	p := r.signIn(t)
	for _, test := range tests {
		a := p.upload(t, "/flows/import", "<flow>.yaml", test.file, nil)
		if a.status != test.status {
			t.Errorf("%s: got %d, want %d", test.name, a.status, test.status)
		}
		wantsText(t, a.body, test.words...)
		a.wantsPolicy(t, test.name)
		dialog := p.upload(t, "/flows/import", "<flow>.yaml", test.file, []string{"existing", "replace"}, asFragment...)
		if dialog.status != http.StatusOK || strings.Contains(dialog.body, "<html") {
			t.Errorf("%s: the dialog has status %d", test.name, dialog.status)
		}
		wantsText(t, dialog.body, test.words...)
	}
	if a := p.post(t, "/flows/import", nil); a.status != http.StatusBadRequest {
		t.Errorf("no file: got %d", a.status)
	}
}

func TestImportOfAFlowThatIsThere(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	const before = "redial: 1\nslug: shop\nname: Before\ntrigger: {uses: manual}\n"
	after := strings.Replace(before, "Before", "After", 1)
	if a := p.upload(t, "/flows/import", "shop.yaml", before, nil, asFragment...); a.header.Get("HX-Redirect") != "/flows/shop" {
		t.Fatalf("got %d to %q: %s", a.status, a.header.Get("HX-Redirect"), a.body)
	}
	asked := p.upload(t, "/flows/import", "shop.yaml", after, nil, asFragment...)
	wantsText(t, asked.body, "There is such a flow already", `value="replace"`, `value="copy"`)
	name := func(slug string) any {
		return r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/"+slug, "").field(t, "name")
	}
	if name("shop") != "Before" {
		t.Errorf("nobody has decided, but the flow is %v", name("shop"))
	}
	p.upload(t, "/flows/import", "shop.yaml", after, []string{"existing", "copy"}).wantsRedirect(t, "/flows/shop-2")
	if name("shop") != "Before" || name("shop-2") != "After" {
		t.Errorf("the flows are %v and %v", name("shop"), name("shop-2"))
	}
	p.upload(t, "/flows/import", "shop.yaml", after, []string{"existing", "replace"}).wantsRedirect(t, "/flows/shop")
	if name("shop") != "After" {
		t.Errorf("the flow is still %v", name("shop"))
	}
}
