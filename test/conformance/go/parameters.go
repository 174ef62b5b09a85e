package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func ssmParameters(ctx context.Context, cfg aws.Config) {
	client := ssm.NewFromConfig(cfg)
	for index := range 3 {
		must(client.PutParameter(ctx, &ssm.PutParameterInput{
			Name: aws.String(fmt.Sprintf("/go/stage/%d", index)), Value: aws.String("secret"),
			Type: types.ParameterTypeSecureString,
		}))
	}
	one := must(client.GetParameter(ctx, &ssm.GetParameterInput{
		Name: aws.String("/go/stage/0"), WithDecryption: aws.Bool(true),
	}))
	expect("value", *one.Parameter.Value, "secret")
	expect("version", one.Parameter.Version, 1)
	pages := ssm.NewGetParametersByPathPaginator(client, &ssm.GetParametersByPathInput{
		Path: aws.String("/go/stage"), WithDecryption: aws.Bool(true), MaxResults: aws.Int32(2),
	})
	count := 0
	for pages.HasMorePages() {
		count += len(must(pages.NextPage(ctx)).Parameters)
	}
	expect("parameters", count, 3)
	_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String("/go/stage/0"), Value: aws.String("other"), Type: types.ParameterTypeSecureString,
	})
	var exists *types.ParameterAlreadyExists
	expect("ParameterAlreadyExists", errors.As(err, &exists), true)
	_, err = client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/go/none")})
	var missing *types.ParameterNotFound
	expect("ParameterNotFound", errors.As(err, &missing), true)
}

func stsIdentity(ctx context.Context, cfg aws.Config) {
	identity := must(sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	expect("account", *identity.Account, "000000000000")
}
