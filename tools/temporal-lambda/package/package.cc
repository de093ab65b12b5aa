#include <tools/temporal-lambda/package/package.h>

#include <tools/temporal-lambda/package/files.h>
#include <tools/temporal-lambda/package/judge.h>
#include <tools/temporal-lambda/package/report.h>
#include <tools/temporal-lambda/package/zip.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

namespace temporal::lambda_package {
namespace {

/// As they are there.
struct Input {
  Files files = {};
  std::int64_t zip_size = 0;  ///< when it is one
};

Input read(const PackageOptions& options) {
  const auto& path = options.input;
  if (std::filesystem::is_directory(path)) return {.files = files_below(path, options.output)};
  const auto bytes = read_file(path);
  if (is_zip(bytes) || path.extension() == ".zip")
    return {.files = read_zip(bytes, path.string()), .zip_size = static_cast<std::int64_t>(bytes.size())};
  Input input;
  add_file(input.files, "bootstrap", path);
  return input;
}

}  // namespace

int package(const PackageOptions& options, std::ostream& out, std::ostream& problems) {
  auto input = read(options);
  for (const auto& file : options.files) add_file(input.files, file.filename().string(), file);

  Report report{.zip = (options.output.empty() ? options.input : options.output).string(),
                .zip_size = input.zip_size,
                .files = std::move(input.files)};
  std::string zip;
  // A zip that is only judged may have been made by anything: its modes are part of what is judged.
  const bool as_it_is = input.zip_size > 0 && options.output.empty() && options.files.empty();
  if (!as_it_is) {
    report.files = with_lambdas_modes(std::move(report.files));
    report.files[manifest_name] = {.content = manifest_of(report.files)};
    zip = write_zip(report.files);
    report.zip_size = static_cast<std::int64_t>(zip.size());
  }
  report.findings = judge(report.files, report.zip_size);
  const bool can_start =
      std::ranges::none_of(report.findings, [](const Finding& finding) { return finding.severity == Severity::error; });
  if (!options.output.empty() && (can_start || options.force)) {
    write_file(options.output, zip);
    report.written = true;
  }

  if (options.json) {
    out << to_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    if (!options.quiet) out << summary(report);
    problems << findings_text(report.findings, options.force);
    if (!options.output.empty() && !report.written)
      problems << report.zip << " is not written: AWS could not start it. --force makes it all the same\n";
  }
  return can_start || options.force ? 0 : 1;
}

}  // namespace temporal::lambda_package
