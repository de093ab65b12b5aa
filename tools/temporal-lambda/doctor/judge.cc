#include <tools/temporal-lambda/doctor/judge.h>

#include <tools/temporal-lambda/deploy/explain.h>
#include <tools/temporal-lambda/deploy/function_arn.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace temporal::lambda_doctor {
namespace {

using client::WorkerDeploymentVersionDescription;
using client::WorkerDeploymentVersionStatus;

std::set<std::string> queues_of(const WorkerDeploymentVersionDescription& version) {
  std::set<std::string> names;
  for (const auto& queue : version.task_queues) names.insert(queue.name);
  return names;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string short_name(const std::string& arn) {
  try {
    return lambda_deploy::parse_function_arn(arn).short_name();
  } catch (const std::invalid_argument&) {
    return arn;
  }
}

/// Looks at one version of a deployment, row by row.
class Examination {
 public:
  explicit Examination(const Facts& facts) : facts_(facts) {}

  std::vector<Finding> run() {
    if (facts_.connection_error) {
      add("C1", Severity::error, "Temporal cannot be asked: " + *facts_.connection_error,
          "check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the credentials of the profile; the worker reads the same");
      return found_;
    }
    if (!facts_.deployment) {
      add("T1", Severity::error, "Temporal knows no deployment " + facts_.deployment_name + " in " + facts_.where,
          "temporal-lambda rollout makes it; or the namespace is another one");
      return found_;
    }
    const auto version = facts_.versions.find(facts_.build_id);
    if (version == facts_.versions.end()) {
      look_for_the_version();
      return found_;
    }
    look_at(version->second);
    return found_;
  }

 private:
  void add(std::string id, Severity severity, std::string what, std::string remedy) {
    found_.push_back({std::move(id), severity, std::move(what), std::move(remedy)});
  }

  [[nodiscard]] std::string rollout() const {
    return "temporal-lambda rollout --deployment " + facts_.deployment_name + " --build-id " + facts_.build_id +
           " --function-arn …";
  }

  void look_for_the_version() {
    if (facts_.build_id.empty()) {
      add("T4", Severity::error, facts_.deployment_name + " has no version that gets tasks",
          "temporal-lambda rollout makes one current");
      return;
    }
    std::set<std::string> known;
    for (const auto& [build_id, version] : facts_.versions) known.insert(build_id);
    add("T1", Severity::error,
        facts_.deployment_name + " has no version " + facts_.build_id +
            (known.empty() ? ", nor any other" : "; it has " + joined(known)),
        rollout());
  }

  void look_at(const WorkerDeploymentVersionDescription& version) {
    if (!version.compute) {
      add("T2", Severity::error,
          facts_.build_id + " has no compute: its worker ran before Temporal was told what to invoke",
          rollout() + " attaches the function; nothing has to be deleted");
    } else {
      look_at_compute(version, *version.compute);
    }
    look_at_routing(version);
    look_at_leftovers();
  }

  void look_at_compute(const WorkerDeploymentVersionDescription& version, const client::AwsLambda& compute) {
    const auto function = short_name(compute.function_arn);
    const bool is_reachable = look_at_reach(compute, function);
    if (const auto other = polls_as_another(version)) {
      add("T8", Severity::error,
          function + " polls as " + facts_.deployment_name + "/" + *other + ", and Temporal invokes it for " +
              facts_.build_id + ": it is billed, and does nothing",
          "give the function TEMPORAL_WORKER_BUILD_ID=" + facts_.build_id + ", or roll out " + *other);
    } else if (version.task_queues.empty() && is_reachable) {
      add("T5", Severity::error,
          "no worker has ever polled as " + facts_.build_id + ", so Temporal invokes it for nothing",
          "look into the function's log, mend it, and " + rollout() + " invokes it again");
    }
    if (const auto arn = parsed(compute.function_arn); arn && !arn->is_published_version()) {
      add("F6", Severity::warning,
          compute.function_arn + " is no published version: each upload changes the code under workflows that run",
          "publish a version of the function, and roll it out under a build id of its own");
    }
  }

  /// True: nothing is known against it.
  bool look_at_reach(const client::AwsLambda& compute, const std::string& function) {
    const auto& summaries = facts_.deployment->versions;
    const auto summary =
        std::ranges::find(summaries, facts_.build_id, &client::WorkerDeploymentVersionSummary::build_id);
    const bool failed = summary != summaries.end() && !summary->compute_error.empty();
    if (facts_.validation_error) {
      add("T7", Severity::error, "Temporal cannot reach " + function + ": " + *facts_.validation_error,
          remedy(*facts_.validation_error, compute));
    } else if (failed) {
      add("T6", Severity::error, "the last invocation of " + function + " failed: " + summary->compute_error,
          remedy(summary->compute_error, compute));
    } else if (facts_.controller_failure) {
      add("T6", Severity::error, "the last invocation of " + function + " failed: " + *facts_.controller_failure,
          remedy("something went wrong, please retry", compute));
    } else {
      return true;
    }
    return false;
  }

  [[nodiscard]] std::string remedy(const std::string& error, const client::AwsLambda& compute) const {
    return lambda_deploy::explain(error, facts_.controller_failure, compute)
        .value_or("once that is mended, " + rollout() + " invokes it again");
  }

  static std::optional<lambda_deploy::FunctionArn> parsed(const std::string& arn) {
    try {
      return lambda_deploy::parse_function_arn(arn);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
  }

  /// A version that nobody has told Temporal of, and that came up once this one was invoked.
  [[nodiscard]] std::optional<std::string> polls_as_another(const WorkerDeploymentVersionDescription& ours) const {
    const auto ours_queues = queues_of(ours);
    for (const auto& [build_id, other] : facts_.versions) {
      if (other.compute || other.status != WorkerDeploymentVersionStatus::inactive) continue;
      if (other.create_time <= ours.create_time) continue;
      const auto queues = queues_of(other);
      const bool shares = std::ranges::any_of(queues, [&](const auto& name) { return ours_queues.contains(name); });
      if (ours_queues.empty() || shares) return build_id;
    }
    return std::nullopt;
  }

  void look_at_routing(const WorkerDeploymentVersionDescription& version) {
    const auto& deployment = *facts_.deployment;
    if (version.status == WorkerDeploymentVersionStatus::current ||
        version.status == WorkerDeploymentVersionStatus::ramping) {
      return;
    }
    add("T4", deployment.current_build_id ? Severity::warning : Severity::error,
        facts_.build_id + " gets no new workflows: current is " + deployment.current_build_id.value_or("no version"),
        "temporal-lambda rollback " + facts_.deployment_name + " --to " + facts_.build_id + " makes it current");
  }

  void look_at_leftovers() {
    std::set<std::string> drained;
    for (const auto& [build_id, version] : facts_.versions) {
      if (version.status == WorkerDeploymentVersionStatus::drained && build_id != facts_.build_id) {
        drained.insert(build_id);
      }
    }
    if (drained.empty()) return;
    add("T12", Severity::note, "no workflow runs any more on " + joined(drained),
        "temporal worker deployment delete-version, once you will not go back to it");
  }

  const Facts& facts_;
  std::vector<Finding> found_ = {};
};

}  // namespace

std::vector<Finding> judge(const Facts& facts) { return Examination{facts}.run(); }

}  // namespace temporal::lambda_doctor
