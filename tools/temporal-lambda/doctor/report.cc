#include <tools/temporal-lambda/doctor/report.h>

#include <algorithm>

namespace temporal::lambda_doctor {
namespace {

constexpr const char* not_checked =
    "not checked: what only AWS knows, such as timeout, concurrency, roles and the function's log";

const char* mark_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "✗";
    case Severity::warning:
      return "!";
    case Severity::note:
      break;
  }
  return "·";
}

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

const client::WorkerDeploymentVersionDescription* version_of(const Facts& facts) {
  const auto found = facts.versions.find(facts.build_id);
  return found == facts.versions.end() ? nullptr : &found->second;
}

std::string title(const Facts& facts) {
  auto text = facts.deployment_name;
  if (!facts.build_id.empty()) text += "/" + facts.build_id;
  if (const auto* version = version_of(facts)) {
    text += " (" + std::string{client::to_string(version->status)} + ")";
    if (version->compute) text += " → " + version->compute->function_arn;
  }
  return text + " in " + facts.where + "\n";
}

}  // namespace

std::string to_text(const Facts& facts, const std::vector<Finding>& findings) {
  auto text = title(facts);
  for (const auto& finding : findings) {
    text += std::string{mark_of(finding.severity)} + " " + finding.id + " " + finding.what + "\n    → " +
            finding.remedy + "\n";
  }
  const auto problems =
      std::ranges::count_if(findings, [](const auto& finding) { return finding.severity != Severity::note; });
  text += problems == 0 ? "✓ Temporal sees nothing wrong\n" : std::to_string(problems) + " found\n";
  return text + not_checked + "\n";
}

nlohmann::json to_json(const Facts& facts, const std::vector<Finding>& findings) {
  auto list = nlohmann::json::array();
  for (const auto& finding : findings) {
    list.push_back({{"id", finding.id},
                    {"severity", name_of(finding.severity)},
                    {"what", finding.what},
                    {"remedy", finding.remedy}});
  }
  return {{"deployment_name", facts.deployment_name},
          {"build_id", facts.build_id},
          {"findings", std::move(list)},
          {"not_checked", {"AWS"}}};
}

}  // namespace temporal::lambda_doctor
