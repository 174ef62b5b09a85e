package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Calls that it does not answer are of newer parts of the protocol, which our templates have no use for.
type provider struct {
	tfprotov5.ProviderServer
	schemas     schemas
	world       *world
	account     string
	region      string
	defaultTags map[string]tftypes.Value
	mirror      mirror
	stopped     context.Context
	stop        context.CancelFunc
}

func newProvider() (*provider, error) {
	all, err := readSchemas()
	if err != nil {
		return nil, err
	}
	stopped, stop := context.WithCancel(context.Background())
	return &provider{
		schemas: all, stopped: stopped, stop: stop,
		account: getenv("AI_PIPELINE_WORLD_ACCOUNT", "123456789012"),
		region:  getenv("AWS_REGION", getenv("AWS_DEFAULT_REGION", "eu-west-1")),
	}, nil
}

func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func (p *provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	out := &tfprotov5.GetMetadataResponse{}
	for _, name := range sortedKeys(p.schemas.Resources) {
		out.Resources = append(out.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for _, name := range sortedKeys(p.schemas.DataSources) {
		out.DataSources = append(out.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return out, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	own, err := p.schemas.Provider.proto()
	if err != nil {
		return nil, err
	}
	out := &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: own},
		ResourceSchemas:   map[string]*tfprotov5.Schema{},
		DataSourceSchemas: map[string]*tfprotov5.Schema{},
	}
	for kind, into := range map[string]map[string]*tfprotov5.Schema{"resource": out.ResourceSchemas, "data": out.DataSourceSchemas} {
		from := p.schemas.Resources
		if kind == "data" {
			from = p.schemas.DataSources
		}
		for name, b := range from {
			proto, err := b.proto()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			into[name] = &tfprotov5.Schema{Block: proto}
		}
	}
	return out, nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, in *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: in.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, in *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	fail := func(summary string) (*tfprotov5.ConfigureProviderResponse, error) {
		return &tfprotov5.ConfigureProviderResponse{Diagnostics: diagnose(fmt.Errorf("%s", summary))}, nil
	}
	var err error
	if p.world, err = openWorld(); err != nil {
		return fail(err.Error())
	}
	config, err := p.unmarshal(p.schemas.Provider, in.Config)
	if err != nil {
		return nil, err
	}
	own := members(config)
	if region := textOf(own["region"]); region != "" {
		p.region = region
	}
	p.mirror = mirror{endpoint: os.Getenv("AWS_ENDPOINT_URL"), region: p.region}
	var allowed []tftypes.Value
	if v := own["allowed_account_ids"]; !v.IsNull() && v.As(&allowed) == nil {
		if !slices.ContainsFunc(allowed, func(v tftypes.Value) bool { return textOf(v) == p.account }) {
			return fail("AWS account ID not allowed: " + p.account)
		}
	}
	var tagBlocks []tftypes.Value
	if v := own["default_tags"]; !v.IsNull() && v.As(&tagBlocks) == nil && len(tagBlocks) == 1 {
		p.defaultTags = members(members(tagBlocks[0])["tags"])
	}
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

// A first Ctrl-C: what is at work is cut short, as the AWS SDK's context is.
func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	p.stop()
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p *provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

// Who asks, and where: all that our templates look up.
func (p *provider) ReadDataSource(_ context.Context, in *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	known := map[string]map[string]string{
		"aws_caller_identity": {"id": p.account, "account_id": p.account, "arn": "arn:aws:iam::" + p.account + ":user/tester", "user_id": "AIDATESTER"},
		"aws_partition":       {"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"},
		"aws_region":          {"id": p.region, "region": p.region, "name": p.region, "description": "A region"},
	}
	b := p.schemas.DataSources[in.TypeName]
	config, err := p.unmarshal(b, in.Config)
	if err != nil {
		return nil, err
	}
	state := eachComputed(b, config, func(name string, v tftypes.Value) tftypes.Value {
		if text, there := known[in.TypeName][name]; there {
			return tftypes.NewValue(tftypes.String, text)
		}
		return v
	})
	out, err := marshal(state)
	return &tfprotov5.ReadDataSourceResponse{State: out}, err
}

func (p *provider) unmarshal(b block, value *tfprotov5.DynamicValue) (tftypes.Value, error) {
	proto, err := b.proto()
	if err != nil {
		return tftypes.Value{}, err
	}
	return value.Unmarshal(proto.ValueType())
}

func marshal(value tftypes.Value) (*tfprotov5.DynamicValue, error) {
	out, err := tfprotov5.NewDynamicValue(value.Type(), value)
	return &out, err
}

func diagnose(err error) []*tfprotov5.Diagnostic {
	return []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: err.Error()}}
}
