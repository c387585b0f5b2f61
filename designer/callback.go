package designer

import (
	"fmt"

	"redial/engine/flow"
)

// callbackFields are those of a callback in the flow file.
var callbackFields = []string{"url", "hosts", "secret"}

// callbackValue reads a callback as the flow file writes it. Null is none.
func callbackValue(value any) (*flow.Callback, error) {
	if value == nil {
		return nil, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, &SettingError{"callback is an object {url, hosts, secret}, or null for none"}
	}
	callback := &flow.Callback{}
	for name, field := range object {
		switch name {
		case "url", "secret":
			text, isText := field.(string)
			if !isText && field != nil {
				return nil, &SettingError{"callback." + name + " is a text"}
			}
			if name == "url" {
				callback.URL = text
			} else {
				callback.Secret = text
			}
		case "hosts":
			hosts, err := hostList(field)
			if err != nil {
				return nil, err
			}
			callback.Hosts = hosts
		default:
			message := fmt.Sprintf("a callback has no field %.40q", name)
			if near := flow.Nearest(name, callbackFields); near != "" {
				message += fmt.Sprintf("; did you mean %q?", near)
			}
			return nil, &SettingError{message}
		}
	}
	if _, message := callback.Missing(); message != "" {
		return nil, &SettingError{message}
	}
	return callback, nil
}

func hostList(value any) ([]string, error) {
	if value == nil {
		return nil, nil
	}
	items, ok := value.([]any)
	if !ok {
		return nil, &SettingError{"callback.hosts is a list of hosts"}
	}
	hosts := make([]string, len(items))
	for i, item := range items {
		if hosts[i], ok = item.(string); !ok {
			return nil, &SettingError{"callback.hosts is a list of hosts, each a text"}
		}
	}
	return hosts, nil
}
