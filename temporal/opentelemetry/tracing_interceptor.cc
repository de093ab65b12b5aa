#include <temporal/opentelemetry/tracing_interceptor.h>

#include <temporal/activity/activity.h>
#include <temporal/activity/detail/context.h>
#include <temporal/common/failure_errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/opentelemetry/activity.h>
#include <temporal/opentelemetry/span.h>
#include <temporal/workflow/info.h>
#include <temporal/workflow/logger.h>

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace temporal::opentelemetry {
namespace {

using Trace = TracingInterceptor::Trace;
/// What travels in the header: W3C's fields by their names.
using Carrier = std::map<std::string, std::string>;

constexpr const char* header_name = "_tracer-data";
constexpr const char* traceparent = "traceparent";

/// What came with a call: the span that it belongs to, if any, and what else travels with it: baggage and trace state.
struct Caller {
  std::optional<SpanContext> span = {};
  Carrier carried = {};
};

/// Nobody, too, for what another library put there.
Caller read(const Headers& headers) {
  const auto header = headers.find(header_name);
  if (header == headers.end()) return {};
  try {
    Caller caller{.carried = converter::from_payload<Carrier>(header->second)};
    if (const auto found = caller.carried.extract(traceparent)) caller.span = parse_traceparent(found.mapped());
    return caller;
  } catch (const DecodeError&) {
    return {};
  }
}

void write(Headers& headers, const SpanContext& context, Carrier carried) {
  carried[traceparent] = to_traceparent(context);
  headers[header_name] = converter::to_payload(carried);
}

/// An activity that waits for its completion elsewhere leaves with an exception too, and nobody sees a benign failure
/// as one.
void fail(Span& span, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const ApplicationError& error) {
    if (error.category() != ErrorCategory::benign) span.fail(failure);
  } catch (const std::exception&) {
    span.fail(failure);
  } catch (...) {
  }
}

/// A call with the span around it.
template <class T>
Task<T> within(Span span, Task<T> call) {
  try {
    co_return co_await std::move(call);
  } catch (...) {
    fail(span, std::current_exception());
    throw;
  }
}

/// What `current_context` and `start_span` find in an activity.
struct TracedActivity {
  std::shared_ptr<Telemetry> telemetry;
  SpanContext context;
  Carrier carried;
};

const TracedActivity* current_activity() noexcept {
  const auto* const context = activity::detail::Context::find();
  return context == nullptr ? nullptr : static_cast<const TracedActivity*>(context->ambient.get());
}

Carrier carried_here() {
  const auto* const activity = current_activity();
  return activity == nullptr ? Carrier{} : activity->carried;
}

class TracedCalls final : public client::CallInterceptor {
 public:
  explicit TracedCalls(std::shared_ptr<Trace> trace) : trace_(std::move(trace)) {}

  Task<client::StartedWorkflow> start_workflow(client::StartWorkflowInput input) override {
    auto span = start((input.signal ? "SignalWithStartWorkflow:" : "StartWorkflow:") + input.workflow_type,
                      input.options.id, input.headers);
    return within(std::move(span), CallInterceptor::start_workflow(std::move(input)));
  }
  Task<client::StartedWorkflowWithUpdate> update_with_start(client::UpdateWithStartInput input) override {
    auto span =
        start("StartUpdateWithStartWorkflow:" + input.start.workflow_type, input.start.options.id, input.start.headers);
    write(input.update.headers, span.context(), carried_here());
    return within(std::move(span), CallInterceptor::update_with_start(std::move(input)));
  }
  Task<void> signal_workflow(client::SignalWorkflowInput input) override {
    auto span = start("SignalWorkflow:" + input.name, input.workflow_id, input.headers);
    return within(std::move(span), CallInterceptor::signal_workflow(std::move(input)));
  }
  Task<Payload> query_workflow(client::QueryWorkflowInput input) override {
    auto span = start("QueryWorkflow:" + input.name, input.workflow_id, input.headers);
    return within(std::move(span), CallInterceptor::query_workflow(std::move(input)));
  }
  Task<client::StartedUpdate> start_update(client::StartUpdateInput input) override {
    auto span = start("StartWorkflowUpdate:" + input.name, input.workflow_id, input.headers);
    return within(std::move(span), CallInterceptor::start_update(std::move(input)));
  }

 private:
  [[nodiscard]] Span start(std::string name, const std::string& workflow_id, Headers& headers) const {
    Span span{trace_->telemetry,
              {.name = std::move(name),
               .kind = SpanKind::client,
               .parent = current_context(),
               .attributes = {{"temporalWorkflowID", workflow_id}}}};
    write(headers, span.context(), carried_here());
    return span;
  }

  std::shared_ptr<Trace> trace_;
};

/// FNV-1a: the same on every machine.
std::uint64_t hash(std::string_view text, std::uint64_t seed) {
  auto value = 14695981039346656037ULL ^ seed;
  for (const auto character : text) value = (value ^ static_cast<unsigned char>(character)) * 1099511628211ULL;
  return value;
}

template <class Bytes>
void put(std::uint64_t value, Bytes bytes) {
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8U;
  }
}

/// The span of a run: every worker that has it for a while gives it the same identity. None where nobody traces it.
std::optional<SpanContext> context_of_run(const workflow::Info& info, const std::optional<SpanContext>& parent,
                                          const Telemetry& telemetry) {
  if (!parent && !telemetry.options().always_create_workflow_spans) return std::nullopt;
  SpanContext context;
  put(hash(info.run_id, 1) | 1U, std::span{context.span_id});
  if (parent) {
    context.trace_id = parent->trace_id;
  } else {
    put(hash(info.run_id, 2), std::span{context.trace_id}.subspan<4, 8>());
    put(hash(info.run_id, 3), std::span{context.trace_id}.subspan<12, 4>());
    begin_with_time(context.trace_id, info.start_time);
  }
  context.sampled = telemetry.samples(context.trace_id, parent);
  return context;
}

class TracedRun final : public workflow::RunInterceptor {
 public:
  /// The caller is known from here on: handlers of messages may run before the workflow's function.
  TracedRun(std::shared_ptr<Trace> trace, const workflow::Info& info)
      : trace_(std::move(trace)),
        caller_(read(info.headers)),
        run_(context_of_run(info, caller_.span, *trace_->telemetry)) {}

  workflow::Task<Payload> execute(workflow::ExecuteInput input) override {
    if (run_) workflow::add_log_fields({{"trace_id", to_hex(run_->trace_id)}, {"span_id", to_hex(run_->span_id)}});
    try {
      auto result = co_await RunInterceptor::execute(std::move(input));
      report_run({});
      co_return result;
    } catch (...) {
      const auto failure = std::current_exception();
      if (workflow::ends_run(failure)) report_run(failure);
      throw;
    }
  }
  workflow::Task<Payload> handle_signal(workflow::SignalInput input) override {
    report("HandleSignal:" + input.name, SpanKind::server, read(input.headers).span);
    return RunInterceptor::handle_signal(std::move(input));
  }
  workflow::Task<Payload> handle_update(workflow::UpdateInput input) override {
    report("HandleUpdate:" + input.name, SpanKind::server, read(input.headers).span);
    return RunInterceptor::handle_update(std::move(input));
  }
  void validate_update(const workflow::UpdateInput& input) override {
    report("ValidateUpdate:" + input.name, SpanKind::server, read(input.headers).span);
    RunInterceptor::validate_update(input);
  }
  /// Belongs to whoever asks, and happens in a replay as well.
  Payload handle_query(const workflow::QueryInput& input) override {
    const auto asker = read(input.headers).span;
    if (!asker) return RunInterceptor::handle_query(input);
    SpanOptions options{
        .name = "HandleQuery:" + input.name, .kind = SpanKind::server, .parent = asker, .attributes = attributes()};
    if (run_) options.links.push_back(*run_);
    Span span{trace_->telemetry, std::move(options)};
    try {
      return RunInterceptor::handle_query(input);
    } catch (...) {
      fail(span, std::current_exception());
      throw;
    }
  }

  void schedule_activity(workflow::ScheduleActivityInput& input) override {
    begin("StartActivity:" + input.activity_type, input.headers);
    RunInterceptor::schedule_activity(input);
  }
  void schedule_local_activity(workflow::ScheduleLocalActivityInput& input) override {
    begin("StartActivity:" + input.activity_type, input.headers);
    RunInterceptor::schedule_local_activity(input);
  }
  void start_child_workflow(workflow::StartChildWorkflowInput& input) override {
    begin("StartChildWorkflow:" + input.workflow_type, input.headers);
    RunInterceptor::start_child_workflow(input);
  }
  void signal_workflow(workflow::SignalWorkflowInput& input) override {
    begin((input.is_child ? "SignalChildWorkflow:" : "SignalExternalWorkflow:") + input.name, input.headers);
    RunInterceptor::signal_workflow(input);
  }
  void continue_as_new(workflow::ContinueAsNewInput& input) override {
    if (run_) write(input.headers, *run_, caller_.carried);
    RunInterceptor::continue_as_new(input);
  }

 private:
  [[nodiscard]] static Attributes attributes() {
    return {{"temporalWorkflowID", workflow::info().workflow_id}, {"temporalRunID", workflow::info().run_id}};
  }

  /// A span without a length: what began it goes on by messages. In a replay it was reported before.
  std::optional<SpanContext> report(std::string name, SpanKind kind, const std::optional<SpanContext>& link = {}) {
    if (!run_ || workflow::is_replaying()) return run_;
    SpanOptions options{.name = std::move(name), .kind = kind, .parent = run_, .attributes = attributes()};
    if (link) options.links.push_back(*link);
    return Span{trace_->telemetry, std::move(options)}.context();
  }

  /// Of what the workflow asks for, which learns of it by the headers.
  void begin(std::string name, Headers& headers) {
    if (const auto span = report(std::move(name), SpanKind::client)) write(headers, *span, caller_.carried);
  }

  void report_run(const std::exception_ptr& failure) {
    if (!run_ || workflow::is_replaying()) return;
    Span span{trace_->telemetry,
              {.name = "RunWorkflow:" + workflow::info().workflow_type,
               .kind = SpanKind::server,
               .parent = caller_.span,
               .links = trace_->links(),
               .attributes = attributes(),
               .start_time = workflow::info().start_time,
               .context = run_}};
    if (failure) fail(span, failure);
  }

  std::shared_ptr<Trace> trace_;
  Caller caller_;
  std::optional<SpanContext> run_;
};

class TracedAttempt final : public activity::AttemptInterceptor {
 public:
  explicit TracedAttempt(std::shared_ptr<Trace> trace) : trace_(std::move(trace)) {}

  Task<Payload> execute(activity::ExecuteInput input) override {
    const auto& info = activity::info();
    auto caller = read(input.headers);
    SpanOptions options{.name = "RunActivity:" + info.activity_type,
                        .kind = SpanKind::server,
                        .parent = caller.span,
                        .links = trace_->links(),
                        .attributes = {{"temporalWorkflowID", info.workflow_id},
                                       {"temporalRunID", info.workflow_run_id},
                                       {"temporalActivityID", info.activity_id}}};
    if (!options.parent && !options.links.empty()) {
      options.parent = options.links.front();
      options.links.clear();
    }
    Span span{trace_->telemetry, std::move(options)};
    const auto context = span.context();
    activity::add_log_fields({{"trace_id", to_hex(context.trace_id)}, {"span_id", to_hex(context.span_id)}});
    activity::detail::Context::current().ambient =
        std::make_shared<TracedActivity>(TracedActivity{trace_->telemetry, context, std::move(caller.carried)});
    return within(std::move(span), AttemptInterceptor::execute(std::move(input)));
  }

 private:
  std::shared_ptr<Trace> trace_;
};

}  // namespace

std::optional<SpanContext> current_context() noexcept {
  const auto* const activity = current_activity();
  return activity == nullptr ? std::nullopt : std::optional{activity->context};
}

Span start_span(std::string name, Attributes attributes, std::optional<SpanContext> parent) {
  const auto* const activity = current_activity();
  if (activity == nullptr) return {};
  if (!parent) parent = activity->context;
  return {activity->telemetry, {.name = std::move(name), .parent = parent, .attributes = std::move(attributes)}};
}

std::vector<SpanContext> TracingInterceptor::Trace::links() {
  const std::scoped_lock lock{mutex};
  return invocation ? std::vector{*invocation} : std::vector<SpanContext>{};
}

TracingInterceptor::TracingInterceptor(std::shared_ptr<Telemetry> telemetry) : trace_(std::make_shared<Trace>()) {
  if (!telemetry) throw std::invalid_argument("a TracingInterceptor needs a Telemetry");
  trace_->telemetry = std::move(telemetry);
}

std::shared_ptr<TracingInterceptor> TracingInterceptor::shared(const std::shared_ptr<Telemetry>& telemetry) {
  // Never destroyed: others may ask for one while the process ends.
  static auto& mutex = *new std::mutex;
  static auto& known = *new std::vector<std::weak_ptr<TracingInterceptor>>;
  const std::scoped_lock lock{mutex};
  std::erase_if(known, [](const auto& one) { return one.expired(); });
  for (const auto& one : known) {
    if (auto tracing = one.lock(); tracing && tracing->trace_->telemetry == telemetry) return tracing;
  }
  auto made = std::make_shared<TracingInterceptor>(telemetry);
  known.push_back(made);
  return made;
}

void TracingInterceptor::set_invocation(std::optional<SpanContext> invocation) {
  const std::scoped_lock lock{trace_->mutex};
  trace_->invocation = invocation;
}

std::unique_ptr<client::CallInterceptor> TracingInterceptor::intercept_client(const client::ClientInfo& /*info*/) {
  return std::make_unique<TracedCalls>(trace_);
}

std::unique_ptr<workflow::RunInterceptor> TracingInterceptor::intercept_workflow(const workflow::Info& info) {
  return std::make_unique<TracedRun>(trace_, info);
}

std::unique_ptr<activity::AttemptInterceptor> TracingInterceptor::intercept_activity(const activity::Info& /*info*/) {
  return std::make_unique<TracedAttempt>(trace_);
}

}  // namespace temporal::opentelemetry
