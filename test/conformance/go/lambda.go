package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

const handler = `
export const handler = async (event) => {
  console.log("handled", JSON.stringify(event));
  if (event.fail) throw new TypeError("It was asked to fail.");
  return { name: process.env.NAME, event };
};
`

func createFunction(ctx context.Context, client *lambda.Client, name string) {
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	file := must(writer.Create("index.mjs"))
	must(file.Write([]byte(handler)))
	if err := writer.Close(); err != nil {
		panic(err)
	}
	must(client.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: &name,
		Runtime:      types.RuntimeNodejs22x,
		Role:         aws.String("arn:aws:iam::000000000000:role/go"),
		Handler:      aws.String("index.handler"),
		Code:         &types.FunctionCode{ZipFile: archive.Bytes()},
		Timeout:      aws.Int32(10),
		Environment:  &types.Environment{Variables: map[string]string{"NAME": name}},
	}))
	// As users do: a function is called once it is active.
	waiter := lambda.NewFunctionActiveV2Waiter(client)
	if err := waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: &name}, 10e9); err != nil {
		panic(err)
	}
}

func lambdaInvoke(ctx context.Context, cfg aws.Config) {
	client := lambda.NewFromConfig(cfg)
	name := "go-invoke"
	createFunction(ctx, client, name)
	answer := must(client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &name, Payload: []byte(`{"a":1}`), LogType: types.LogTypeTail,
	}))
	expect("payload", string(answer.Payload), `{"name":"go-invoke","event":{"a":1}}`)
	expect("status", answer.StatusCode, 200)
	tail := string(must(base64.StdEncoding.DecodeString(*answer.LogResult)))
	expect("a REPORT line", strings.Contains(tail, "REPORT RequestId:"), true)
	failed := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(`{"fail":true}`)}))
	expect("the error's kind", *failed.FunctionError, "Unhandled")
	expect("its type", strings.Contains(string(failed.Payload), `"errorType":"TypeError"`), true)
	queued := must(client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &name, InvocationType: types.InvocationTypeEvent, Payload: []byte(`{}`),
	}))
	expect("status of an event", queued.StatusCode, 202)
	_, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("go-none")})
	var missing *types.ResourceNotFoundException
	expect("ResourceNotFoundException", errors.As(err, &missing), true)
	_, err = client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(`{`)})
	var content *types.InvalidRequestContentException
	expect("InvalidRequestContentException", errors.As(err, &content), true)
}

func lambdaMapping(ctx context.Context, cfg aws.Config) {
	client, queues := lambda.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	name := "go-mapping"
	createFunction(ctx, client, name)
	url, arn := createQueue(ctx, queues, "go-mapping", nil)
	mapping := must(client.CreateEventSourceMapping(ctx, &lambda.CreateEventSourceMappingInput{
		FunctionName: &name, EventSourceArn: &arn, BatchSize: aws.Int32(2),
		ScalingConfig: &types.ScalingConfig{MaximumConcurrency: aws.Int32(2)},
	}))
	pages := lambda.NewListEventSourceMappingsPaginator(client, &lambda.ListEventSourceMappingsInput{EventSourceArn: &arn})
	expect("mappings", *must(pages.NextPage(ctx)).EventSourceMappings[0].UUID, *mapping.UUID)
	must(queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("from Go")}))
	waitForLine(ctx, cfg, name, `"from Go"`)
}

func logsFilter(ctx context.Context, cfg aws.Config) {
	client := lambda.NewFromConfig(cfg)
	name := "go-logs"
	createFunction(ctx, client, name)
	for index := range 3 {
		payload := fmt.Appendf(nil, `{"line":%d}`, index)
		must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: payload}))
	}
	waitForLine(ctx, cfg, name, `"line"`)
	logs := cloudwatchlogs.NewFromConfig(cfg)
	group := "/aws/lambda/" + name
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(logs, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, FilterPattern: aws.String(`"handled"`), Limit: aws.Int32(2),
	})
	lines := 0
	for pages.HasMorePages() {
		lines += len(must(pages.NextPage(ctx)).Events)
	}
	expect("lines", lines, 3)
	streams := must(logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group}))
	expect("a stream", len(streams.LogStreams) > 0, true)
}

func waitForLine(ctx context.Context, cfg aws.Config, function, pattern string) {
	logs := cloudwatchlogs.NewFromConfig(cfg)
	eventually("a line in the log of "+function, func() bool {
		found, err := logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: aws.String("/aws/lambda/" + function), FilterPattern: aws.String(pattern),
		})
		return err == nil && len(found.Events) > 0
	})
}
