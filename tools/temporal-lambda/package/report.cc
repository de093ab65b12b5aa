#include <tools/temporal-lambda/package/report.h>

#include <tools/temporal-lambda/package/judge.h>
#include <tools/temporal-lambda/package/program.h>
#include <tools/temporal-lambda/package/size_text.h>

#include <algorithm>

namespace temporal::lambda_package {
namespace {

using nlohmann::json;

json to_json(const Bootstrap& bootstrap) {
  return {{"architecture", bootstrap.architecture},
          {"gnu_build_id", bootstrap.build_id},
          {"glibc", bootstrap.glibc},
          {"libraries", bootstrap.libraries}};
}

std::string in_words(const Bootstrap& bootstrap) {
  if (bootstrap.architecture.empty()) return "";
  auto text = ", " + bootstrap.architecture;
  if (!bootstrap.glibc.empty()) text += ", glibc " + bootstrap.glibc + " (image: " + std::string{lambdas_glibc} + ")";
  text += bootstrap.libraries.empty() ? ", static" : ", needs";
  for (const auto& library : bootstrap.libraries) text += " " + library;
  return text;
}

/// Names in a zip can be any bytes.
std::string dump(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string manifest_of(const Files& files) {
  return dump({{"bootstrap", to_json(describe_bootstrap(files))}, {"packed_by", "temporal-cpp " TEMPORAL_CPP_VERSION}},
              2);
}

std::string summary(const Report& report) {
  std::size_t width = report.zip.size();
  for (const auto& [name, file] : report.files) width = std::max(width, name.size() + 2);
  const auto line = [width](const std::string& name, const std::string& rest) {
    return name + std::string(width + 2 - name.size(), ' ') + rest + "\n";
  };
  auto text = line(report.zip, size_text(report.zip_size) + " of " + size_text(largest_zip) + ", unpacked " +
                                   size_text(unpacked_size(report.files)) + " of " + size_text(largest_unpacked));
  for (const auto& [name, file] : report.files) {
    if (is_folder(name)) continue;
    const auto more = name == "bootstrap" ? in_words(describe_bootstrap(report.files)) : "";
    text += line("  " + name, size_text(static_cast<std::int64_t>(file.content.size())) + more);
  }
  return text;
}

std::string findings_text(const std::vector<Finding>& findings, bool errors_are_warnings) {
  std::string text;
  for (const auto& finding : findings) {
    const bool is_error = finding.severity == Severity::error && !errors_are_warnings;
    text += (is_error ? "error: " : "warning: ") + finding.what + "\n    → " + finding.remedy + "\n";
  }
  return text;
}

json to_json(const Report& report) {
  auto files = json::array();
  for (const auto& [name, file] : report.files) {
    if (!is_folder(name)) files.push_back({{"name", name}, {"bytes", file.content.size()}});
  }
  auto findings = json::array();
  for (const auto& finding : report.findings) {
    findings.push_back({{"severity", finding.severity == Severity::error ? "error" : "warning"},
                        {"what", finding.what},
                        {"remedy", finding.remedy}});
  }
  return {{"zip", report.zip},
          {"written", report.written},
          {"zip_bytes", report.zip_size},
          {"unpacked_bytes", unpacked_size(report.files)},
          {"bootstrap", to_json(describe_bootstrap(report.files))},
          {"files", std::move(files)},
          {"findings", std::move(findings)}};
}

}  // namespace temporal::lambda_package
