package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// What AWS makes up, by type and attribute (`block.attribute` of a nested one): `{name}` is an attribute of the resource, `{hash}` ten letters of its own.
// What is not here is empty.
var made = map[string]map[string]string{
	"aws_apigatewayv2_api": {
		"id": "{hash}", "arn": "arn:aws:apigateway:{region}::/apis/{hash}",
		"execution_arn": "arn:aws:execute-api:{region}:{account}:{hash}",
		"api_endpoint":  "{scheme}://{hash}.execute-api.{region}.amazonaws.com",
	},
	"aws_apigatewayv2_api_mapping": {"id": "{hash}"},
	"aws_apigatewayv2_authorizer":  {"id": "{hash}"},
	"aws_apigatewayv2_deployment":  {"id": "{hash}"},
	"aws_apigatewayv2_domain_name": {
		"id": "{domain_name}", "arn": "arn:aws:apigateway:{region}::/domainnames/{domain_name}",
		"domain_name_configuration.target_domain_name": "d-1234567890.execute-api.{region}.amazonaws.com",
		"domain_name_configuration.hosted_zone_id":     "Z1UJRXOUMOOFQ8",
	},
	"aws_apigatewayv2_integration": {"id": "{hash}"},
	"aws_apigatewayv2_route":       {"id": "{hash}"},
	"aws_apigatewayv2_stage": {
		"id": "{name}", "arn": "arn:aws:apigateway:{region}::/apis/{api_id}/stages/{name}",
		"execution_arn": "arn:aws:execute-api:{region}:{account}:{api_id}/{name}",
		"invoke_url":    "https://{api_id}.execute-api.{region}.amazonaws.com/{name}",
	},
	"aws_cloudwatch_dashboard":    {"id": "{dashboard_name}", "dashboard_arn": "arn:aws:cloudwatch::{account}:dashboard/{dashboard_name}"},
	"aws_cloudwatch_event_rule":   {"id": "{name}", "arn": "arn:aws:events:{region}:{account}:rule/{name}"},
	"aws_cloudwatch_event_target": {"id": "{rule}-{hash}", "target_id": "{hash}"},
	"aws_cloudwatch_log_group":    {"id": "{name}", "arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
	"aws_cloudwatch_metric_alarm": {"id": "{alarm_name}", "arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarm_name}"},
	"aws_dynamodb_table":          {"id": "{name}", "arn": "arn:aws:dynamodb:{region}:{account}:table/{name}"},
	"aws_iam_role":                {"id": "{name}", "arn": "arn:aws:iam::{account}:role/{name}", "unique_id": "AROA{hash}"},
	"aws_iam_role_policy":         {"id": "{role}:{name}"},
	"aws_lambda_event_source_mapping": {
		"id": "{hash}", "uuid": "{hash}", "arn": "arn:aws:lambda:{region}:{account}:event-source-mapping:{hash}",
		"function_arn": "{function_name}", "state": "Enabled",
	},
	"aws_lambda_function": {
		"id": "{function_name}", "arn": "arn:aws:lambda:{region}:{account}:function:{function_name}",
		"qualified_arn": "arn:aws:lambda:{region}:{account}:function:{function_name}:$LATEST", "version": "$LATEST",
		"invoke_arn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/arn:aws:lambda:{region}:{account}:function:{function_name}/invocations",
	},
	"aws_lambda_permission": {"id": "{function_name}/{statement_id}"},
	"aws_s3_bucket": {
		"id": "{bucket}", "arn": "arn:aws:s3:::{bucket}",
		"bucket_domain_name": "{bucket}.s3.amazonaws.com", "bucket_region": "{region}",
		"bucket_regional_domain_name": "{bucket}.s3.{region}.amazonaws.com",
	},
	"aws_s3_bucket_cors_configuration":                   {"id": "{bucket}"},
	"aws_s3_bucket_lifecycle_configuration":              {"id": "{bucket}"},
	"aws_s3_bucket_ownership_controls":                   {"id": "{bucket}"},
	"aws_s3_bucket_policy":                               {"id": "{bucket}"},
	"aws_s3_bucket_public_access_block":                  {"id": "{bucket}"},
	"aws_s3_bucket_server_side_encryption_configuration": {"id": "{bucket}"},
	"aws_sqs_queue": {
		"id": "https://sqs.{region}.amazonaws.com/{account}/{name}", "url": "https://sqs.{region}.amazonaws.com/{account}/{name}",
		"arn": "arn:aws:sqs:{region}:{account}:{name}",
	},
	"aws_sqs_queue_policy":               {"id": "{queue_url}"},
	"aws_sqs_queue_redrive_allow_policy": {"id": "{queue_url}"},
	"aws_ssm_parameter":                  {"id": "{name}", "arn": "arn:aws:ssm:{region}:{account}:parameter{name}"},
}

// What makes another resource of it: the schema does not say, the provider's code does. "*": any change.
var replacing = map[string][]string{
	"aws_apigatewayv2_api":               {"protocol_type"},
	"aws_apigatewayv2_api_mapping":       {"api_id", "domain_name"},
	"aws_apigatewayv2_authorizer":        {"api_id"},
	"aws_apigatewayv2_deployment":        {"api_id", "triggers"},
	"aws_apigatewayv2_domain_name":       {"domain_name"},
	"aws_apigatewayv2_integration":       {"api_id", "integration_type"},
	"aws_apigatewayv2_route":             {"api_id"},
	"aws_apigatewayv2_stage":             {"api_id", "name"},
	"aws_cloudwatch_dashboard":           {"dashboard_name"},
	"aws_cloudwatch_event_rule":          {"name"},
	"aws_cloudwatch_event_target":        {"rule", "target_id"},
	"aws_cloudwatch_log_group":           {"name"},
	"aws_cloudwatch_metric_alarm":        {"alarm_name"},
	"aws_dynamodb_table":                 {"name", "hash_key", "range_key"},
	"aws_iam_role":                       {"name"},
	"aws_iam_role_policy":                {"name", "role"},
	"aws_lambda_event_source_mapping":    {"event_source_arn"},
	"aws_lambda_function":                {"function_name", "architectures"},
	"aws_lambda_permission":              {"*"},
	"aws_s3_bucket":                      {"bucket"},
	"aws_s3_bucket_ownership_controls":   {"bucket"},
	"aws_s3_bucket_policy":               {"bucket"},
	"aws_s3_bucket_public_access_block":  {"bucket"},
	"aws_sqs_queue":                      {"name", "fifo_queue"},
	"aws_sqs_queue_policy":               {"queue_url"},
	"aws_sqs_queue_redrive_allow_policy": {"queue_url"},
	"aws_ssm_parameter":                  {"name"},
}

// Ten letters that are the same for the same text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:10]
}

func fill(template string, values map[string]string) string {
	for name, value := range values {
		template = strings.ReplaceAll(template, "{"+name+"}", value)
	}
	return template
}
