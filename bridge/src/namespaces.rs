//! What the server says of the namespaces that a connection's workers use.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use temporalio_client::worker::NamespaceDescriptionSource;

/// Kept, so that the second worker of a namespace validates without asking the server again.
#[derive(Default)]
pub struct Namespaces(Mutex<HashMap<String, Arc<NamespaceDescriptionSource>>>);

impl Namespaces {
    pub fn remember(&self, name: &str, description: Arc<NamespaceDescriptionSource>) {
        self.descriptions().insert(name.to_owned(), description);
    }

    /// Whether the server ends a worker's polls, without losing a task, when it is told that the worker shuts down. No,
    /// before a worker of the namespace has been validated.
    pub fn ends_polls(&self, name: &str) -> bool {
        self.descriptions()
            .get(name)
            .and_then(|description| description.get()?.namespace_info.as_ref()?.capabilities)
            .is_some_and(|capabilities| capabilities.worker_poll_complete_on_shutdown)
    }

    fn descriptions(&self) -> MutexGuard<'_, HashMap<String, Arc<NamespaceDescriptionSource>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use temporalio_protos::temporal::api::{
        namespace::v1::{NamespaceInfo, namespace_info::Capabilities},
        workflowservice::v1::DescribeNamespaceResponse,
    };

    #[test]
    fn polls_are_ended_where_the_namespace_says_so() {
        let namespaces = Namespaces::default();
        assert!(!namespaces.ends_polls("shop"));
        namespaces.remember("shop", Arc::new(NamespaceDescriptionSource::unresolved()));
        assert!(!namespaces.ends_polls("shop"));
        let description = DescribeNamespaceResponse {
            namespace_info: Some(NamespaceInfo {
                capabilities: Some(Capabilities {
                    worker_poll_complete_on_shutdown: true,
                    ..Default::default()
                }),
                ..Default::default()
            }),
            ..Default::default()
        };
        let description = NamespaceDescriptionSource::resolved(description);
        namespaces.remember("shop", Arc::new(description));
        assert!(namespaces.ends_polls("shop"));
        assert!(!namespaces.ends_polls("another"));
    }
}
