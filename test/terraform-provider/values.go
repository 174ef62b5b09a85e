package main

import (
	"encoding/json"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type object = map[string]tftypes.Value

// @returns the members of an object; nil for null.
func members(value tftypes.Value) object {
	var out object
	if value.IsNull() || !value.IsKnown() || value.As(&out) != nil {
		return nil
	}
	return out
}

func textOf(value tftypes.Value) string {
	var text string
	if value.IsNull() || !value.IsKnown() || value.As(&text) != nil {
		return ""
	}
	return text
}

// @returns every known text in it.
func texts(value tftypes.Value) []string {
	var found []string
	_ = tftypes.Walk(value, func(_ *tftypes.AttributePath, v tftypes.Value) (bool, error) {
		if v.Type().Is(tftypes.String) && textOf(v) != "" {
			found = append(found, textOf(v))
		}
		return true, nil
	})
	return found
}

// What an attribute is when nothing made it up.
func empty(t tftypes.Type) tftypes.Value {
	switch {
	case t.Is(tftypes.String):
		return tftypes.NewValue(t, "")
	case t.Is(tftypes.Number):
		return tftypes.NewValue(t, big.NewFloat(0))
	case t.Is(tftypes.Bool):
		return tftypes.NewValue(t, false)
	case t.Is(tftypes.List{}), t.Is(tftypes.Set{}):
		return tftypes.NewValue(t, []tftypes.Value{})
	case t.Is(tftypes.Map{}):
		return tftypes.NewValue(t, object{})
	}
	return tftypes.NewValue(t, nil)
}

// Applies `change` to every attribute the provider may compute, wherever it is nested: there its name has its block's before it.
// @returns the value anew.
func eachComputed(b block, value tftypes.Value, change func(name string, v tftypes.Value) tftypes.Value) tftypes.Value {
	out := members(value)
	if out == nil {
		return value
	}
	for name, a := range b.Attributes {
		if v, there := out[name]; there && a.Computed {
			out[name] = change(name, v)
		}
	}
	for name, nested := range b.Blocks {
		v, there := out[name]
		if !there || v.IsNull() || !v.IsKnown() {
			continue
		}
		inner := func(attribute string, v tftypes.Value) tftypes.Value { return change(name+"."+attribute, v) }
		if nested.Nesting == "single" {
			out[name] = eachComputed(nested.Block, v, inner)
			continue
		}
		var items []tftypes.Value
		if v.As(&items) != nil {
			continue
		}
		for i, item := range items {
			items[i] = eachComputed(nested.Block, item, inner)
		}
		out[name] = tftypes.NewValue(v.Type(), items)
	}
	return tftypes.NewValue(value.Type(), out)
}

// @returns a state as Terraform writes it into its own file.
func toJSON(value tftypes.Value) ([]byte, error) {
	plain, err := plainOf(value)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(plain, "", "  ")
}

func plainOf(value tftypes.Value) (any, error) {
	if value.IsNull() || !value.IsKnown() {
		return nil, nil
	}
	t := value.Type()
	switch {
	case t.Is(tftypes.String):
		return textOf(value), nil
	case t.Is(tftypes.Bool):
		var out bool
		err := value.As(&out)
		return out, err
	case t.Is(tftypes.Number):
		out := new(big.Float)
		err := value.As(&out)
		number, _ := out.Float64()
		return number, err
	case t.Is(tftypes.List{}), t.Is(tftypes.Set{}), t.Is(tftypes.Tuple{}):
		var items []tftypes.Value
		if err := value.As(&items); err != nil {
			return nil, err
		}
		out := make([]any, len(items))
		for i, item := range items {
			plain, err := plainOf(item)
			if err != nil {
				return nil, err
			}
			out[i] = plain
		}
		return out, nil
	}
	out := map[string]any{}
	for name, member := range members(value) {
		plain, err := plainOf(member)
		if err != nil {
			return nil, err
		}
		out[name] = plain
	}
	return out, nil
}
