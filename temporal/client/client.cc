#include <temporal/client/client.h>

#include <temporal/client/detail/access.h>
#include <temporal/client/detail/requests.h>
#include <temporal/client/detail/session.h>
#include <temporal/client/detail/start_update.h>

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

namespace temporal::client {
namespace {

std::string default_identity() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"unknown"};
  return std::to_string(::getpid()) + "@" + host.data();
}

bridge::v1::ConnectOptions to_bridge(const ConnectOptions& options, const std::string& identity) {
  bridge::v1::ConnectOptions message;
  message.set_address(options.address);
  message.set_identity(identity);
  message.set_client_version(TEMPORAL_CPP_VERSION);
  if (options.api_key) message.set_api_key(*options.api_key);
  for (const auto& [key, value] : options.metadata) (*message.mutable_metadata())[key] = value;
  message.set_connect_timeout_ms(detail::to_milliseconds(options.connect_timeout));
  if (options.keep_alive) {
    message.set_keep_alive_interval_ms(detail::to_milliseconds(options.keep_alive->interval));
    message.set_keep_alive_timeout_ms(detail::to_milliseconds(options.keep_alive->timeout));
  }
  if (uses_tls(options)) {
    const auto chosen = options.tls.value_or(TlsOptions{});
    auto& tls = *message.mutable_tls();
    tls.set_server_ca(chosen.server_ca);
    tls.set_client_certificate(chosen.client_certificate);
    tls.set_client_private_key(chosen.client_private_key);
    tls.set_server_name(chosen.server_name);
    tls.set_disable_host_verification(chosen.disable_host_verification);
  }
  return message;
}

/// Gives a handle to the workflow that a response names.
template <class Response>
core::Callback on_started(std::shared_ptr<detail::Session> session, std::string id, detail::OnWorkflow done) {
  return [session = std::move(session), id = std::move(id), done = std::move(done)](const core::Result& result) {
    if (result.error) return done(detail::to_start_error(*result.error, id), {});
    detail::WorkflowKey key;
    try {
      key = detail::to_key(id, detail::parse<Response>(result));
    } catch (...) {
      return done(std::current_exception(), {});
    }
    done(nullptr, detail::WorkflowRef{session, std::move(key)});
  };
}

[[noreturn]] void throw_public(const core::Error& error) { std::rethrow_exception(detail::to_public(error)); }

}  // namespace

namespace detail {

const std::shared_ptr<core::Connection>& connection(const Client& client) { return client.session()->connection(); }

Client connect(std::shared_ptr<core::Runtime> runtime, ConnectOptions options) {
  validate(options);
  auto identity = options.identity.value_or(default_identity());
  try {
    auto connection = core::Connection::connect(std::move(runtime), to_bridge(options, identity));
    return Client{std::make_shared<Session>(std::move(connection), std::move(options), std::move(identity))};
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

const std::shared_ptr<core::Runtime>& default_runtime() {
  // Never destroyed: calls may still be under way when the process ends.
  static const auto& runtime = *new std::shared_ptr<core::Runtime>(core::Runtime::create({}));
  return runtime;
}

}  // namespace detail

Client Client::connect(ConnectOptions options) {
  validate(options);
  return detail::connect(detail::default_runtime(), std::move(options));
}

void Client::start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                   detail::OnWorkflow done) const {
  validate(options);
  const auto request =
      detail::start_request(session_->sender(), std::move(workflow_type), options, std::move(arguments));
  session_->call("start_workflow_execution", request, detail::CallKind::normal,
                 on_started<detail::service::StartWorkflowExecutionResponse>(session_, options.id, std::move(done)));
}

void Client::signal_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                               std::string signal, std::vector<Payload> signal_arguments,
                               detail::OnWorkflow done) const {
  validate(options);
  const auto request =
      detail::signal_with_start_request(session_->sender(), std::move(workflow_type), options, std::move(arguments),
                                        std::move(signal), std::move(signal_arguments));
  session_->call(
      "signal_with_start_workflow_execution", request, detail::CallKind::normal,
      on_started<detail::service::SignalWithStartWorkflowExecutionResponse>(session_, options.id, std::move(done)));
}

void Client::update_with_start(std::string workflow_type, StartOptions options, std::vector<Payload> arguments,
                               std::string update, UpdateOptions update_options, std::vector<Payload> update_arguments,
                               detail::OnUpdateWithStart done) const {
  validate(options);
  if (!options.id_conflict_policy) {
    throw ConfigurationError(
        "StartOptions: id_conflict_policy is not set: say what an update with start does to a workflow that runs, for "
        "example WorkflowIdConflictPolicy::use_existing");
  }
  const auto& sender = session_->sender();
  detail::start_update_with_start(
      session_, detail::start_request(sender, std::move(workflow_type), options, std::move(arguments)),
      detail::update_request(sender, {.id = options.id}, std::move(update), std::move(update_options),
                             std::move(update_arguments)),
      std::move(done));
}

Client Client::with_rpc_options(RpcOptions options) const {
  return Client{
      std::make_shared<detail::Session>(session_->connection(), session_->options(), identity(), std::move(options))};
}

void Client::probe(Duration timeout) const {
  try {
    session_->connection()->probe(std::chrono::milliseconds{detail::to_milliseconds(timeout)});
  } catch (const core::Error& error) {
    throw_public(error);
  }
}

const ConnectOptions& Client::options() const noexcept { return session_->options(); }

const std::string& Client::identity() const noexcept { return session_->sender().identity; }

}  // namespace temporal::client
