package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The real provider calls AWS_ENDPOINT_URL where it is set. So does this one, for what our commands look at after Terraform
// is done: queues, tables, bucket, functions, their mapping and parameters. Roles, APIs, logs and alarms are in the world alone.
type mirror struct{ endpoint, region string }

// Attributes of a resource as its state has them.
type fields = map[string]any

type call struct {
	method, path, target, service string
	body                          any
}

// Answers after which it is as it was to be.
var settled = []string{"ResourceInUseException", "BucketAlreadyOwnedByYou", "ResourceConflictException", "ResourceNotFoundException", "NonExistentQueue", "NoSuchBucket", "ParameterNotFound"}

func (m mirror) do(action, kind string, state fields) error {
	if m.endpoint == "" {
		return nil
	}
	calls, err := m.calls(action, kind, state)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if err := m.send(c); err != nil {
			return err
		}
	}
	return nil
}

func (m mirror) calls(action, kind string, s fields) ([]call, error) {
	jsonTo := func(service, target string, body any) []call {
		return []call{{method: "POST", path: "/", target: target, service: service, body: body}}
	}
	switch kind + " " + action {
	case "aws_ssm_parameter create", "aws_ssm_parameter update":
		return jsonTo("ssm", "AmazonSSM.PutParameter", fields{"Name": s["name"], "Value": s["value"], "Type": s["type"], "Overwrite": true}), nil
	case "aws_ssm_parameter delete":
		return jsonTo("ssm", "AmazonSSM.DeleteParameter", fields{"Name": s["name"]}), nil
	case "aws_sqs_queue create":
		return jsonTo("sqs", "AmazonSQS.CreateQueue", fields{"QueueName": s["name"], "Attributes": queueAttributes(s)}), nil
	case "aws_sqs_queue update":
		return jsonTo("sqs", "AmazonSQS.SetQueueAttributes", fields{"QueueUrl": s["url"], "Attributes": queueAttributes(s)}), nil
	case "aws_sqs_queue delete":
		return jsonTo("sqs", "AmazonSQS.DeleteQueue", fields{"QueueUrl": s["url"]}), nil
	case "aws_dynamodb_table create":
		keys := []fields{{"AttributeName": s["hash_key"], "KeyType": "HASH"}, {"AttributeName": s["range_key"], "KeyType": "RANGE"}}
		types := []fields{{"AttributeName": s["hash_key"], "AttributeType": "S"}, {"AttributeName": s["range_key"], "AttributeType": "S"}}
		return jsonTo("dynamodb", "DynamoDB_20120810.CreateTable", fields{"TableName": s["name"], "KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"}), nil
	case "aws_dynamodb_table delete":
		return jsonTo("dynamodb", "DynamoDB_20120810.DeleteTable", fields{"TableName": s["name"]}), nil
	case "aws_s3_bucket create":
		return []call{{method: "PUT", path: "/" + fmt.Sprint(s["bucket"]), service: "s3"}}, nil
	case "aws_s3_bucket delete":
		return []call{{method: "DELETE", path: "/" + fmt.Sprint(s["bucket"]), service: "s3"}}, nil
	case "aws_lambda_event_source_mapping create":
		body := fields{"EventSourceArn": s["event_source_arn"], "FunctionName": s["function_name"], "BatchSize": s["batch_size"], "FunctionResponseTypes": s["function_response_types"], "Enabled": s["enabled"]}
		return []call{{method: "POST", path: "/2015-03-31/event-source-mappings/", service: "lambda", body: body}}, nil
	case "aws_lambda_function create", "aws_lambda_function update":
		return m.function(action, s)
	case "aws_lambda_function delete":
		return []call{{method: "DELETE", path: "/2015-03-31/functions/" + fmt.Sprint(s["function_name"]), service: "lambda"}}, nil
	}
	return nil, nil
}

func queueAttributes(s fields) fields {
	names := map[string]string{"visibility_timeout_seconds": "VisibilityTimeout", "message_retention_seconds": "MessageRetentionPeriod", "redrive_policy": "RedrivePolicy"}
	out := fields{}
	for from, to := range names {
		switch value := s[from].(type) {
		case float64:
			out[to] = strconv.FormatFloat(value, 'f', -1, 64)
		case string:
			if value != "" {
				out[to] = value
			}
		}
	}
	return out
}

func (m mirror) function(action string, s fields) ([]call, error) {
	archive, err := os.ReadFile(fmt.Sprint(s["filename"]))
	if err != nil {
		return nil, err
	}
	path := "/2015-03-31/functions"
	if action == "update" {
		return []call{{method: "PUT", path: path + "/" + fmt.Sprint(s["function_name"]) + "/code", service: "lambda", body: fields{"ZipFile": archive}}}, nil
	}
	body := fields{"FunctionName": s["function_name"], "Role": s["role"], "Runtime": s["runtime"], "Handler": s["handler"], "Timeout": s["timeout"], "MemorySize": s["memory_size"], "Code": fields{"ZipFile": archive}}
	return []call{{method: "POST", path: path, service: "lambda", body: body}}, nil
}

func (m mirror) send(c call) error {
	target, err := url.JoinPath(m.endpoint, c.path)
	if err != nil {
		return err
	}
	var body io.Reader
	if c.body != nil {
		text, err := json.Marshal(c.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequest(c.method, target, body)
	if err != nil {
		return err
	}
	// No signature: who takes these calls checks none.
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+m.region+"/"+c.service+"/aws4_request, SignedHeaders=host, Signature=0")
	if c.target != "" {
		request.Header.Set("X-Amz-Target", c.target)
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	said := string(text) + answer.Header.Get("X-Amzn-Errortype")
	if answer.StatusCode < 300 || slices.ContainsFunc(settled, func(word string) bool { return strings.Contains(said, word) }) {
		return nil
	}
	return fmt.Errorf("%s %s %s: %d %s", c.method, c.path, c.target, answer.StatusCode, text)
}
