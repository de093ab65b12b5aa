#pragma once

#include <tools/temporal-lambda/local/function.h>
#include <tools/temporal-lambda/local/http_server.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace temporal::local_lambda {

/// The part of the Lambda API that callers of functions use: GetFunction, ListFunctions and Invoke.
/// See https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
class LambdaApi {
 public:
  /// By name and version.
  using Functions = std::map<std::pair<std::string, std::string>, std::unique_ptr<Function>>;

  LambdaApi(const LocalOptions& options, Functions& functions) : options_(options), functions_(functions) {}

  void handle(const HttpRequest& request, Reply reply);

 private:
  [[nodiscard]] Function* find(const std::string& name, const std::string& qualifier) const;
  void invoke(Function& function, const std::string& arn, const HttpRequest& request, Reply reply);
  [[nodiscard]] std::string describe(const FunctionConfig& function, const std::string& qualifier) const;

  const LocalOptions& options_;
  Functions& functions_;
};

}  // namespace temporal::local_lambda
