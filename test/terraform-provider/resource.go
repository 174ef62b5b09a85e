package main

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (p *provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, in *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	proto, err := p.schemas.Resources[in.TypeName].proto()
	if err != nil {
		return nil, err
	}
	state, err := in.RawState.Unmarshal(proto.ValueType())
	if err != nil {
		return nil, err
	}
	out, err := marshal(state)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: out}, err
}

// What the world says of it now; null when it is gone.
func (p *provider) ReadResource(_ context.Context, in *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	b := p.schemas.Resources[in.TypeName]
	current, err := p.unmarshal(b, in.CurrentState)
	if err != nil {
		return nil, err
	}
	text, err := p.world.read(in.TypeName, textOf(members(current)["id"]))
	if err != nil {
		return nil, err
	}
	state := tftypes.NewValue(current.Type(), nil)
	if text != nil {
		if state, err = (tfprotov5.RawState{JSON: text}).Unmarshal(current.Type()); err != nil {
			return nil, err
		}
	}
	out, err := marshal(state)
	return &tfprotov5.ReadResourceResponse{NewState: out}, err
}

func (p *provider) PlanResourceChange(_ context.Context, in *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	b := p.schemas.Resources[in.TypeName]
	prior, err := p.unmarshal(b, in.PriorState)
	if err != nil {
		return nil, err
	}
	proposed, err := p.unmarshal(b, in.ProposedNewState)
	if err != nil {
		return nil, err
	}
	answer := &tfprotov5.PlanResourceChangeResponse{PlannedState: in.ProposedNewState, UnsafeToUseLegacyTypeSystem: true}
	if proposed.IsNull() || prior.Equal(proposed) {
		return answer, nil
	}
	planned := eachComputed(b, proposed, func(_ string, v tftypes.Value) tftypes.Value {
		// An update keeps what was made up; only what is new is not known yet.
		if v.IsNull() {
			return tftypes.NewValue(v.Type(), tftypes.UnknownValue)
		}
		return v
	})
	planned = p.withAllTags(planned)
	answer.RequiresReplace = replacedBy(in.TypeName, prior, planned)
	answer.PlannedState, err = marshal(planned)
	return answer, err
}

func replacedBy(kind string, prior, planned tftypes.Value) []*tftypes.AttributePath {
	before, after := members(prior), members(planned)
	if before == nil {
		return nil
	}
	var paths []*tftypes.AttributePath
	for _, name := range sortedKeys(after) {
		if (slices.Contains(replacing[kind], name) || slices.Contains(replacing[kind], "*")) && !before[name].Equal(after[name]) {
			paths = append(paths, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return paths
}

// The resource's tags and the provider's default ones, as the provider plans them.
func (p *provider) withAllTags(planned tftypes.Value) tftypes.Value {
	own := members(planned)
	if _, there := own["tags_all"]; !there || !own["tags"].IsKnown() {
		return planned
	}
	all := object{}
	for name, value := range p.defaultTags {
		all[name] = value
	}
	for name, value := range members(own["tags"]) {
		all[name] = value
	}
	own["tags_all"] = tftypes.NewValue(own["tags_all"].Type(), all)
	return tftypes.NewValue(planned.Type(), own)
}

func (p *provider) ApplyResourceChange(_ context.Context, in *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	b := p.schemas.Resources[in.TypeName]
	prior, err := p.unmarshal(b, in.PriorState)
	if err != nil {
		return nil, err
	}
	planned, err := p.unmarshal(b, in.PlannedState)
	if err != nil {
		return nil, err
	}
	answer := &tfprotov5.ApplyResourceChangeResponse{NewState: in.PriorState, UnsafeToUseLegacyTypeSystem: true}
	action := "update"
	if prior.IsNull() {
		action = "create"
	}
	if planned.IsNull() {
		action = "delete"
	}
	failure := p.world.meddle(p.stopped, action, in.TypeName, append(texts(prior), texts(planned)...))
	cut := p.stopped.Err() != nil
	if failure != nil && !(cut && action == "create") {
		answer.Diagnostics = diagnose(failure)
		return answer, nil
	}
	if action == "delete" {
		id := textOf(members(prior)["id"])
		if err := p.reflect(action, in.TypeName, prior); err != nil {
			answer.Diagnostics = diagnose(err)
			return answer, nil
		}
		p.world.note(action, in.TypeName, id)
		answer.NewState = in.PlannedState
		return answer, p.world.remove(in.TypeName, id)
	}
	state := p.complete(in.TypeName, b, planned)
	if err := p.reflect(action, in.TypeName, state); err != nil {
		answer.Diagnostics = diagnose(err)
		return answer, nil
	}
	if answer.NewState, err = p.keep(action, in.TypeName, state); err != nil {
		return nil, err
	}
	// Created, but nobody waited for the end of it: Terraform will taint it.
	if failure != nil {
		answer.Diagnostics = diagnose(failure)
	}
	return answer, nil
}

// Gives everything a value that was not known when it was planned.
func (p *provider) complete(kind string, b block, planned tftypes.Value) tftypes.Value {
	scheme := "https"
	if textOf(members(planned)["protocol_type"]) == "WEBSOCKET" {
		scheme = "wss"
	}
	values := map[string]string{"account": p.account, "region": p.region, "scheme": scheme}
	seed := kind
	for _, name := range sortedKeys(members(planned)) {
		if text := textOf(members(planned)[name]); text != "" {
			values[name] = text
			seed += "\x00" + text
		}
	}
	values["hash"] = hash(seed)
	return eachComputed(b, planned, func(name string, v tftypes.Value) tftypes.Value {
		if v.IsKnown() {
			return v
		}
		if template, there := made[kind][name]; there {
			return tftypes.NewValue(tftypes.String, fill(template, values))
		}
		if name == "region" {
			return tftypes.NewValue(tftypes.String, p.region)
		}
		return empty(v.Type())
	})
}

// @returns the state as it lies in the world from now on.
func (p *provider) keep(action, kind string, state tftypes.Value) (*tfprotov5.DynamicValue, error) {
	text, err := toJSON(state)
	if err != nil {
		return nil, err
	}
	id := textOf(members(state)["id"])
	p.world.note(action, kind, id)
	if err := p.world.write(kind, id, text); err != nil {
		return nil, err
	}
	return marshal(state)
}

func (p *provider) reflect(action, kind string, state tftypes.Value) error {
	plain, err := plainOf(state)
	if err != nil {
		return err
	}
	attributes, _ := plain.(fields)
	return p.mirror.do(action, kind, attributes)
}
