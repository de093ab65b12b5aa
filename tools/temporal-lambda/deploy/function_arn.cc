#include <tools/temporal-lambda/deploy/function_arn.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace temporal::lambda_deploy {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

bool FunctionArn::is_published_version() const { return is_number(qualifier); }

FunctionArn parse_function_arn(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
  const bool has_parts = (parts.size() == 7 || parts.size() == 8) && !text.ends_with(':');
  if (!has_parts || parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "lambda" || parts[3].empty() ||
      !is_number(parts[4]) || parts[5] != "function" || parts[6].empty()) {
    throw std::invalid_argument{"\"" + text +
                                "\" is no function's ARN: it should read "
                                "arn:aws:lambda:<region>:<account>:function:<name>:<version>"};
  }
  return {.region = parts[3],
          .account = parts[4],
          .name = parts[6],
          .qualifier = parts.size() == 8 ? parts[7] : std::string{}};
}

}  // namespace temporal::lambda_deploy
