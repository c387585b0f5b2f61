package component

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// MaxOpenAPIBytes is how large an OpenAPI document may be.
const MaxOpenAPIBytes = 4 << 20

// maxReferences bounds how deep schemas of an OpenAPI document are followed.
// Deeper down, any value goes.
const maxReferences = 8

// IsOpenAPI reports whether a document says that it is one of OpenAPI 3.
func IsOpenAPI(document []byte) bool { return openAPILine.Match(document) }

var openAPILine = regexp.MustCompile(`(?m)^[\s{]*["']?openapi["']?\s*:\s*["']?3\.`)

// FromOpenAPI writes the manifest of a component that has the operations of an
// OpenAPI 3 document as its actions. What a manifest cannot say is left out:
// operations that take something else than JSON, cookies, callbacks. Parse says
// whether the result can be used.
func FromOpenAPI(name string, document []byte) (source []byte, err error) {
	if len(document) > MaxOpenAPIBytes {
		return nil, fmt.Errorf("the OpenAPI document has %d bytes; at most %d are read", len(document), MaxOpenAPIBytes)
	}
	var root map[string]any
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	d := &openAPI{root: root, names: map[string]bool{}}
	manifest, err := d.manifest(name)
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(manifest)
}

type openAPI struct {
	root  map[string]any
	names map[string]bool // of actions, taken
	auth  map[string]any
	login map[string]any // fields of the connection
}

func (d *openAPI) manifest(name string) (map[string]any, error) {
	info := asObject(d.root["info"])
	d.readSecurity()
	actions := map[string]any{}
	paths := asObject(d.root["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if strings.Contains(path, "{{") {
			continue // it would be taken for an expression
		}
		d.addPath(actions, path, asObject(d.resolve(paths[path])))
	}
	if len(actions) == 0 {
		return nil, errors.New("the OpenAPI document has no operation that takes and gives JSON")
	}
	base, err := d.server()
	if err != nil {
		return nil, err
	}
	d.login["base_url"] = map[string]any{
		"title": "Address", "type": "string", "format": "uri", "default": base, "advanced": len(d.login) > 0,
	}
	connection := map[string]any{
		"help": "Credentials for " + line(info["title"], name) + ".",
		"base": "{{ connection.base_url }}", "auth": d.auth, "fields": d.login,
	}
	return map[string]any{
		"component": 1, "name": name, "title": line(info["title"], name),
		"help": line(info["description"], "Operations of "+line(info["title"], name)+"."),
		"icon": "plug", "tint": "#5b6b82", "connection": connection, "actions": actions,
	}, nil
}

// server is the first absolute address of the document.
func (d *openAPI) server() (string, error) {
	for _, server := range asList(d.root["servers"]) {
		address, _ := asObject(server)["url"].(string)
		for variable, value := range asObject(asObject(server)["variables"]) {
			address = strings.ReplaceAll(address, "{"+variable+"}", fmt.Sprint(asObject(value)["default"]))
		}
		if u, err := url.Parse(address); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
			return strings.TrimSuffix(address, "/"), nil
		}
	}
	return "", errors.New("the OpenAPI document names no server with an absolute address; add one under servers")
}

// readSecurity takes the first scheme that a connection can have.
func (d *openAPI) readSecurity() {
	d.auth, d.login = map[string]any{"scheme": "none"}, map[string]any{}
	secret := func(title string) map[string]any {
		return map[string]any{"title": title, "type": "string", "secret": true, "required": true}
	}
	schemes := asObject(asObject(d.root["components"])["securitySchemes"])
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		scheme := asObject(d.resolve(schemes[name]))
		place, _ := scheme["in"].(string)
		switch kind := fmt.Sprint(scheme["type"]); {
		case kind == "apiKey" && (place == "header" || place == "query"):
			d.auth = map[string]any{"scheme": "api_key", "in": place, "name": scheme["name"], "value": "{{ connection.api_key }}"}
			d.login["api_key"] = secret("API key")
		case kind == "http" && scheme["scheme"] == "basic":
			d.auth = map[string]any{"scheme": "basic", "username": "{{ connection.username }}", "password": "{{ connection.password }}"}
			d.login["username"] = map[string]any{"title": "User name", "type": "string", "required": true}
			d.login["password"] = secret("Password")
		case kind == "http" && scheme["scheme"] == "bearer", kind == "oauth2", kind == "openIdConnect":
			d.auth = map[string]any{"scheme": "bearer", "token": "{{ connection.access_token }}"}
			d.login["access_token"] = secret("Access token")
		default:
			continue
		}
		return
	}
}

var openAPIMethods = []string{"get", "put", "post", "delete", "patch"}

func (d *openAPI) addPath(actions map[string]any, path string, item map[string]any) {
	for _, method := range openAPIMethods {
		operation := asObject(item[method])
		if operation == nil || len(actions) >= maxActions {
			continue
		}
		parameters := append(slices.Clone(asList(item["parameters"])), asList(operation["parameters"])...)
		action := d.action(method, path, operation, parameters)
		if action == nil {
			continue
		}
		id, _ := operation["operationId"].(string)
		name := kebab(cmp.Or(id, method+" "+path))
		for number := 2; d.names[name]; number++ {
			name = fmt.Sprintf("%s-%d", strings.TrimRight(strings.TrimSuffix(name, fmt.Sprint("-", number-1)), "-"), number)
		}
		d.names[name] = true
		actions[name] = action
	}
}

// action is nil for an operation that a manifest cannot describe.
func (d *openAPI) action(method, path string, operation map[string]any, parameters []any) map[string]any {
	request := map[string]any{"method": strings.ToUpper(method), "path": path}
	action := map[string]any{
		"title":   line(operation["summary"], strings.ToUpper(method)+" "+path),
		"help":    line(operation["description"], line(operation["summary"], strings.ToUpper(method)+" "+path)),
		"summary": strings.NewReplacer("{", "", "}", "").Replace(strings.ToUpper(method) + " " + path),
		"effect":  "safe", "request": request,
	}
	if method == "post" || method == "patch" {
		action["effect"] = "unsafe"
	}
	fields := &fieldNames{fields: map[string]any{}}
	for _, p := range parameters {
		d.addParameter(action, request, fields, asObject(d.resolve(p)))
	}
	if body := asObject(d.resolve(operation["requestBody"])); body != nil && !d.addBody(request, fields, body) {
		return nil
	}
	if strings.Contains(request["path"].(string), "/{") && strings.Count(request["path"].(string), "{") != 2*strings.Count(request["path"].(string), "{{") {
		return nil // a part of the path is described nowhere
	}
	if len(fields.fields) > 0 {
		action["fields"] = fields.fields
	}
	if schema := d.answer(operation); schema != nil {
		action["output"] = map[string]any{"schema": schema}
	}
	return action
}

// ownHeaders are set by the client or by the connection.
var ownHeaders = []string{"accept", "authorization", "content-type", "content-length", "cookie", "host"}

func (d *openAPI) addParameter(action, request map[string]any, fields *fieldNames, parameter map[string]any) {
	wire, _ := parameter["name"].(string)
	place, _ := parameter["in"].(string)
	if wire == "" || place == "cookie" {
		return
	}
	if place == "header" && strings.EqualFold(wire, "Idempotency-Key") {
		action["effect"], action["idempotency"] = "keyed", map[string]any{"header": wire}
		return
	}
	if place == "header" && slices.Contains(ownHeaders, strings.ToLower(wire)) {
		return
	}
	name := fields.add(wire, d.field(asObject(d.resolve(parameter["schema"])), parameter["description"], parameter["required"] == true || place == "path"))
	value := "{{ input." + name + " }}"
	switch place {
	case "path":
		request["path"] = strings.ReplaceAll(request["path"].(string), "{"+wire+"}", value)
	case "query":
		request["query"] = with(request["query"], wire, value)
	case "header":
		request["headers"] = with(request["headers"], wire, value)
	}
}

// addBody makes a field of each member of a JSON body, or one field of a body
// that is no object. It is false for a body that is not JSON.
func (d *openAPI) addBody(request map[string]any, fields *fieldNames, body map[string]any) bool {
	schema, ok := d.jsonSchema(body["content"])
	if !ok {
		return body["required"] != true
	}
	members := asObject(schema["properties"])
	if len(members) == 0 {
		name := fields.add("body", d.field(schema, body["description"], body["required"] == true))
		request["body"] = "{{ input." + name + " }}"
		return true
	}
	required := asList(schema["required"])
	request["omit_empty"] = true
	for _, wire := range slices.Sorted(maps.Keys(members)) {
		member := asObject(d.resolve(members[wire]))
		if member["readOnly"] == true {
			continue
		}
		name := fields.add(wire, d.field(member, nil, slices.Contains(required, any(wire))))
		request["body"] = with(request["body"], wire, "{{ input."+name+" }}")
	}
	return true
}

func (d *openAPI) jsonSchema(content any) (map[string]any, bool) {
	types := asObject(content)
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if base, _, _ := strings.Cut(name, ";"); base == "application/json" || strings.HasSuffix(base, "+json") {
			schema, _ := d.schema(asObject(types[name])["schema"], 0).(map[string]any)
			return schema, true
		}
	}
	return nil, false
}

// answer is the schema of what the operation gives when it succeeds.
func (d *openAPI) answer(operation map[string]any) map[string]any {
	responses := asObject(operation["responses"])
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		if schema, ok := d.jsonSchema(asObject(d.resolve(responses[status]))["content"]); ok && len(schema) > 0 {
			return schema
		}
	}
	return nil
}

// fieldKeys are the keys of a schema that mean the same in a field.
var fieldKeys = []string{
	"format", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "default",
}

// field describes a value that people fill in. Members of objects keep their
// names on the wire, so objects are not taken apart.
func (d *openAPI) field(schema map[string]any, help any, required bool) map[string]any {
	schema, _ = d.schema(schema, 0).(map[string]any)
	field := map[string]any{"required": required}
	if text := line(help, line(schema["description"], "")); text != "" {
		field["help"] = text
	}
	kind, _ := schema["type"].(string)
	if slices.Contains(fieldTypes, kind) {
		field["type"] = kind
	}
	for _, key := range fieldKeys {
		if value, given := schema[key]; given && kind != "" {
			field[key] = value
		}
	}
	if items := asObject(schema["items"]); kind == "array" {
		if of, _ := items["type"].(string); slices.Contains(fieldTypes, of) {
			field["items"] = map[string]any{"type": of}
		}
	}
	if values := asList(schema["enum"]); len(values) > 0 && kind != "array" {
		field["choices"] = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
	}
	return field
}

// schemaParts are the keys of a schema that are kept.
var schemaParts = []string{"type", "title", "description", "enum", "format", "required", "examples", "readOnly"}

// schema is a schema with its references put in place.
func (d *openAPI) schema(value any, depth int) any {
	object := asObject(d.resolve(value))
	if object == nil || depth > maxReferences {
		return map[string]any{}
	}
	kept := map[string]any{}
	for _, key := range append(schemaParts, fieldKeys...) {
		if part, given := object[key]; given {
			kept[key] = part
		}
	}
	if object["nullable"] == true {
		delete(kept, "type")
	}
	members := map[string]any{}
	for _, part := range append([]any{object}, asList(object["allOf"])...) {
		part := asObject(d.resolve(part))
		for name, member := range asObject(part["properties"]) {
			members[name] = d.schema(member, depth+1)
		}
		if kind, given := part["type"]; given && kept["type"] == nil && object["nullable"] != true {
			kept["type"] = kind
		}
		if more := asList(part["required"]); part["properties"] != nil && len(more) > 0 && kept["required"] == nil {
			kept["required"] = more
		}
	}
	if len(members) > 0 {
		kept["properties"] = members
	}
	if items, given := object["items"]; given {
		kept["items"] = d.schema(items, depth+1)
	}
	return kept
}

// resolve follows a reference within the document.
func (d *openAPI) resolve(value any) any {
	for range maxReferences {
		reference, ok := asObject(value)["$ref"].(string)
		if !ok {
			return value
		}
		pointer, local := strings.CutPrefix(reference, "#/")
		if !local {
			return nil
		}
		value = d.root
		for part := range strings.SplitSeq(pointer, "/") {
			value = asObject(value)[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
		}
	}
	return nil
}

// fieldNames gives fields names that a manifest can have, each once.
type fieldNames struct{ fields map[string]any }

func (f *fieldNames) add(wire string, field map[string]any) string {
	name := snake(wire)
	for number := 2; f.fields[name] != nil; number++ {
		name = fmt.Sprintf("%s_%d", snake(wire), number)
	}
	field["title"] = titleOf(name)
	f.fields[name] = field
	return name
}

func titleOf(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// words are the words of a name, in small letters.
func words(name string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsDigit(before)) {
			spaced.WriteByte(' ')
		}
		before = r
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			spaced.WriteRune(unicode.ToLower(r))
		} else {
			spaced.WriteByte(' ')
		}
	}
	return strings.Fields(spaced.String())
}

func snake(name string) string { return lettered(strings.Join(words(name), "_"), "f_") }
func kebab(name string) string { return lettered(strings.Join(words(name), "-"), "a-") }

// lettered makes a name begin with a letter, and cuts it to a length that leaves
// room for a number.
func lettered(name, prefix string) string {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		name = prefix + name
	}
	return strings.TrimRight(name[:min(len(name), 56)], "-_")
}

// line is the first line of a text, or another text where there is none.
func line(value any, otherwise string) string {
	text, _ := value.(string)
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if first = strings.TrimSpace(strings.Map(printable, first)); first == "" {
		return otherwise
	}
	return shorten(first)
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

func with(object any, name string, value any) map[string]any {
	fields := asObject(object)
	if fields == nil {
		fields = map[string]any{}
	}
	fields[name] = value
	return fields
}

func asObject(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}
