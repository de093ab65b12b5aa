//! Slot suppliers: those of core, and those of the caller behind callbacks.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, User},
    options as messages,
};
use prost::Message;
use std::{
    ffi::c_void,
    marker::PhantomData,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use temporalio_sdk_core::{
    ActivitySlotKind, LocalActivitySlotKind, NexusSlotKind, ResourceBasedSlotsOptions,
    ResourceBasedTunerConfig, ResourceSlotOptions, SlotInfo, SlotInfoTrait, SlotKind, SlotKindType,
    SlotMarkUsedContext, SlotReleaseContext, SlotReservationContext, SlotSupplier,
    SlotSupplierOptions, SlotSupplierPermit, TunerHolder, TunerHolderOptions, WorkflowSlotKind,
};
use tokio::{runtime::Handle, sync::oneshot};

/// How soon a supplier that failed is asked again.
const RETRY: Duration = Duration::from_secs(1);

/// `TemporalSlotSuppliers` of the C header.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RawSlotSuppliers {
    user: *mut c_void,
    reserve: Option<Reserve>,
    cancel: Option<extern "C" fn(*mut c_void, u64)>,
    try_reserve: Option<extern "C" fn(*mut c_void, i32, *const u8, usize) -> *mut c_void>,
    mark_used: Option<Use>,
    release: Option<Use>,
    free: Option<extern "C" fn(*mut c_void)>,
}

type Reserve = extern "C" fn(*mut c_void, i32, *const u8, usize, u64, *mut SlotRequest);
type Use = extern "C" fn(*mut c_void, i32, *mut c_void, *const u8, usize);

/// The caller's suppliers, freed with the last worker, request or permit that uses them.
pub struct Custom {
    raw: RawSlotSuppliers,
    requests: AtomicU64,
}

// SAFETY: the caller promises that its callbacks and user pointer may be used from any thread.
unsafe impl Send for Custom {}
unsafe impl Sync for Custom {}

impl Custom {
    /// # Safety
    /// `raw` is null or points to suppliers that are this one's from now on.
    pub unsafe fn take(raw: *const RawSlotSuppliers) -> Option<Arc<Self>> {
        // SAFETY: as above.
        unsafe { raw.as_ref() }.map(|raw| {
            Arc::new(Self {
                raw: *raw,
                requests: AtomicU64::default(),
            })
        })
    }
}

impl Drop for Custom {
    fn drop(&mut self) {
        if let Some(free) = self.raw.free {
            free(self.raw.user);
        }
    }
}

/// One slot of the caller's. It goes back when this is dropped, wherever core or a request loses it.
struct Permit {
    custom: Arc<Custom>,
    kind: SlotKindType,
    pointer: User,
    used_for: OnceLock<Vec<u8>>,
}

impl Permit {
    fn new(custom: &Arc<Custom>, kind: SlotKindType, pointer: *mut c_void) -> Option<Self> {
        (!pointer.is_null()).then(|| Self {
            custom: custom.clone(),
            kind,
            pointer: User::new(pointer),
            used_for: OnceLock::new(),
        })
    }

    fn call(&self, function: Option<Use>) {
        let info = self.used_for.get().map_or(&[][..], Vec::as_slice);
        if let Some(function) = function {
            let raw = &self.custom.raw;
            function(
                raw.user,
                self.kind as i32,
                self.pointer.pointer(),
                info.as_ptr(),
                info.len(),
            );
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.call(self.custom.raw.release);
    }
}

/// A wish for a slot that the caller has to answer.
pub struct SlotRequest {
    custom: Arc<Custom>,
    kind: SlotKindType,
    answer: oneshot::Sender<Permit>,
    handle: Handle,
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_slot_request_answer(
    request: *mut SlotRequest,
    permit: *mut c_void,
) {
    unsafe {
        ffi::free(request, |request| {
            let Some(permit) = Permit::new(&request.custom, request.kind, permit) else {
                return;
            };
            // One that comes too late goes back from another thread: the caller may hold a lock here.
            if let Err(late) = request.answer.send(permit) {
                request.handle.spawn(async move { drop(late) });
            }
        })
    }
}

/// Tells the caller when nobody waits for its answer any more.
struct Waiting<'a> {
    custom: &'a Custom,
    id: u64,
    answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(cancel) = self.custom.raw.cancel.filter(|_| !self.answered) {
            cancel(self.custom.raw.user, self.id);
        }
    }
}

struct CustomSupplier<SK> {
    custom: Arc<Custom>,
    kind: PhantomData<fn() -> SK>,
}

impl<SK: SlotKind> CustomSupplier<SK> {
    async fn ask(&self, context: &dyn SlotReservationContext) -> Option<Permit> {
        let reserve = self.custom.raw.reserve?;
        let id = self.custom.requests.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let request = Box::new(SlotRequest {
            custom: self.custom.clone(),
            kind: SK::kind(),
            answer,
            handle: Handle::current(),
        });
        let mut waiting = Waiting {
            custom: &self.custom,
            id,
            answered: false,
        };
        {
            let bytes = describe(context);
            let user = self.custom.raw.user;
            let (data, size) = (bytes.as_ptr(), bytes.len());
            reserve(
                user,
                SK::kind() as i32,
                data,
                size,
                id,
                Box::into_raw(request),
            );
        }
        let permit = answered.await;
        waiting.answered = true;
        permit.ok()
    }
}

#[async_trait::async_trait]
impl<SK: SlotKind + Send + Sync + 'static> SlotSupplier for CustomSupplier<SK> {
    type SlotKind = SK;

    async fn reserve_slot(&self, context: &dyn SlotReservationContext) -> SlotSupplierPermit {
        loop {
            if let Some(permit) = self.ask(context).await {
                return SlotSupplierPermit::with_user_data(permit);
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    fn try_reserve_slot(&self, context: &dyn SlotReservationContext) -> Option<SlotSupplierPermit> {
        let raw = &self.custom.raw;
        let bytes = describe(context);
        let pointer = raw.try_reserve?(raw.user, SK::kind() as i32, bytes.as_ptr(), bytes.len());
        Permit::new(&self.custom, SK::kind(), pointer).map(SlotSupplierPermit::with_user_data)
    }

    fn mark_slot_used(&self, context: &dyn SlotMarkUsedContext<SlotKind = SK>) {
        if let Some(permit) = context.permit().user_data::<Permit>() {
            let info = messages::SlotInfo::from(context.info().downcast());
            let _ = permit.used_for.set(info.encode_to_vec());
            permit.call(self.custom.raw.mark_used);
        }
    }

    /// The permit does it when it is dropped, which is now.
    fn release_slot(&self, _: &dyn SlotReleaseContext<SlotKind = SK>) {}
}

fn describe(context: &dyn SlotReservationContext) -> Vec<u8> {
    messages::SlotContext {
        task_queue: context.task_queue().to_owned(),
        worker_identity: context.worker_identity().to_owned(),
        issued_slots: context.num_issued_slots() as u32,
        is_sticky: context.is_sticky(),
    }
    .encode_to_vec()
}

impl From<SlotInfo<'_>> for messages::SlotInfo {
    fn from(info: SlotInfo<'_>) -> Self {
        let typed = |name: &str| Self {
            r#type: name.to_owned(),
            ..Default::default()
        };
        match info {
            SlotInfo::Workflow(info) => Self {
                is_sticky: info.is_sticky,
                ..typed(&info.workflow_type)
            },
            SlotInfo::Activity(info) => typed(&info.activity_type),
            SlotInfo::LocalActivity(info) => typed(&info.activity_type),
            SlotInfo::Nexus(info) => Self {
                operation: info.operation.clone(),
                ..typed(&info.service)
            },
        }
    }
}

fn supplier<SK: SlotKind + Send + Sync + 'static>(
    chosen: &Option<messages::SlotSupplier>,
    custom: &Option<Arc<Custom>>,
) -> Result<SlotSupplierOptions<SK>> {
    let chosen = chosen.clone().unwrap_or_default();
    if let Some(slots) = chosen.resource_based {
        let ramp = Duration::from_millis(slots.ramp_throttle_ms.max(0) as u64);
        let (minimum, maximum) = (slots.minimum as usize, slots.maximum as usize);
        let options = ResourceSlotOptions::new(minimum, maximum, ramp);
        return Ok(SlotSupplierOptions::ResourceBased(options));
    }
    if chosen.fixed_size > 0 {
        let slots = chosen.fixed_size as usize;
        return Ok(SlotSupplierOptions::FixedSize { slots });
    }
    let custom = custom.clone().ok_or_else(|| {
        Error::new(
            Code::Configuration,
            "a tuner without slots and without a supplier of its own",
        )
    })?;
    Ok(SlotSupplierOptions::Custom(Arc::new(CustomSupplier {
        custom,
        kind: PhantomData,
    })))
}

pub fn tuner(options: &messages::Tuner, custom: &Option<Arc<Custom>>) -> Result<TunerHolder> {
    let workflow = supplier::<WorkflowSlotKind>(&options.workflow_tasks, custom)?;
    let activity = supplier::<ActivitySlotKind>(&options.activities, custom)?;
    let local = supplier::<LocalActivitySlotKind>(&options.local_activities, custom)?;
    let nexus = supplier::<NexusSlotKind>(&options.nexus_tasks, custom)?;
    let targets = options.resource_targets.as_ref().map(|targets| {
        ResourceBasedTunerConfig::Options(
            ResourceBasedSlotsOptions::builder()
                .target_mem_usage(targets.memory_usage)
                .target_cpu_usage(targets.cpu_usage)
                .build(),
        )
    });
    TunerHolderOptions::builder()
        .workflow_slot_options(workflow)
        .activity_slot_options(activity)
        .local_activity_slot_options(local)
        .nexus_slot_options(nexus)
        .maybe_resource_based_config(targets)
        .build_tuner_holder()
        .map_err(|e| Error::new(Code::Configuration, format!("{e:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        sync::{
            Mutex,
            mpsc::{Receiver, Sender, channel},
        },
        task::{Context, Poll, Waker},
    };
    use temporalio_common::worker::WorkerDeploymentVersion;

    #[derive(Debug, PartialEq)]
    enum Event {
        Reserve { id: u64, request: usize },
        Cancel(u64),
        Release(usize),
        Free,
    }

    type Caller = Mutex<Sender<Event>>;

    fn tell(user: *mut c_void, event: Event) {
        // SAFETY: `user` is the Caller of `custom()`, which lives until `free`.
        let caller = unsafe { &*user.cast::<Caller>() };
        let _ = caller.lock().unwrap().send(event);
    }

    extern "C" fn reserve(
        user: *mut c_void,
        kind: i32,
        data: *const u8,
        size: usize,
        id: u64,
        request: *mut SlotRequest,
    ) {
        let context: messages::SlotContext = unsafe { ffi::message(data, size) }.unwrap();
        assert_eq!((kind, context.task_queue.as_str()), (1, "queue"));
        let request = request as usize;
        tell(user, Event::Reserve { id, request });
    }

    extern "C" fn cancel(user: *mut c_void, id: u64) {
        tell(user, Event::Cancel(id));
    }

    extern "C" fn none_free(_: *mut c_void, _: i32, _: *const u8, _: usize) -> *mut c_void {
        std::ptr::null_mut()
    }

    extern "C" fn release(user: *mut c_void, _: i32, permit: *mut c_void, _: *const u8, _: usize) {
        tell(user, Event::Release(permit as usize));
    }

    extern "C" fn free(user: *mut c_void) {
        tell(user, Event::Free);
        drop(unsafe { Box::from_raw(user.cast::<Caller>()) });
    }

    fn custom() -> (CustomSupplier<ActivitySlotKind>, Receiver<Event>) {
        let (sender, events) = channel();
        let raw = RawSlotSuppliers {
            user: Box::into_raw(Box::new(Mutex::new(sender))).cast(),
            reserve: Some(reserve),
            cancel: Some(cancel),
            try_reserve: Some(none_free),
            mark_used: None,
            release: Some(release),
            free: Some(free),
        };
        let supplier = CustomSupplier {
            custom: unsafe { Custom::take(&raw) }.unwrap(),
            kind: PhantomData,
        };
        (supplier, events)
    }

    struct Situation;

    impl SlotReservationContext for Situation {
        fn task_queue(&self) -> &str {
            "queue"
        }
        fn worker_identity(&self) -> &str {
            "me"
        }
        fn worker_deployment_version(&self) -> &Option<WorkerDeploymentVersion> {
            &None
        }
        fn num_issued_slots(&self) -> usize {
            0
        }
        fn is_sticky(&self) -> bool {
            false
        }
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap()
    }

    fn answer(event: Event, permit: usize) {
        let Event::Reserve { request, .. } = event else {
            panic!("{event:?} is no request");
        };
        unsafe { temporal_slot_request_answer(request as *mut SlotRequest, permit as *mut c_void) };
    }

    #[test]
    fn a_slot_goes_back_once_when_core_lets_it_go() {
        let runtime = runtime();
        let (supplier, events) = custom();
        let reserved = runtime.spawn(async move { supplier.reserve_slot(&Situation).await });
        answer(events.recv().unwrap(), 7);
        drop(runtime.block_on(reserved).unwrap());
        assert_eq!(events.recv().unwrap(), Event::Release(7));
        assert_eq!(events.recv().unwrap(), Event::Free);
    }

    #[test]
    fn a_request_that_nobody_waits_for_is_cancelled_and_its_late_answer_goes_back() {
        let runtime = runtime();
        let _inside = runtime.enter();
        let (supplier, events) = custom();
        {
            let mut waiting = pin!(supplier.reserve_slot(&Situation));
            let mut context = Context::from_waker(Waker::noop());
            assert!(matches!(waiting.as_mut().poll(&mut context), Poll::Pending));
        }
        let request = events.recv().unwrap();
        assert_eq!(events.recv().unwrap(), Event::Cancel(0));
        answer(request, 7);
        assert_eq!(events.recv().unwrap(), Event::Release(7));
    }

    #[test]
    fn a_supplier_that_fails_is_asked_again() {
        let runtime = runtime();
        let (supplier, events) = custom();
        let reserved = runtime.spawn(async move { supplier.reserve_slot(&Situation).await });
        answer(events.recv().unwrap(), 0);
        answer(events.recv().unwrap(), 7);
        drop(runtime.block_on(reserved).unwrap());
        assert_eq!(events.recv().unwrap(), Event::Release(7));
    }

    #[test]
    fn null_means_that_no_slot_is_free() {
        let (supplier, events) = custom();
        assert!(supplier.try_reserve_slot(&Situation).is_none());
        unsafe { temporal_slot_request_answer(std::ptr::null_mut(), 7 as *mut c_void) };
        drop(supplier);
        assert_eq!(events.recv().unwrap(), Event::Free);
    }

    #[test]
    fn a_tuner_needs_a_supplier_of_each_kind() {
        let fixed = |fixed_size| {
            Some(messages::SlotSupplier {
                fixed_size,
                ..Default::default()
            })
        };
        let mut options = messages::Tuner {
            workflow_tasks: fixed(2),
            activities: fixed(1),
            local_activities: fixed(1),
            nexus_tasks: None,
            resource_targets: None,
        };
        assert!(tuner(&options, &None).is_err());
        options.nexus_tasks = fixed(1);
        assert!(tuner(&options, &None).is_ok());
        options.nexus_tasks = Some(messages::SlotSupplier {
            resource_based: Some(messages::ResourceBasedSlots::default()),
            ..Default::default()
        });
        assert!(tuner(&options, &None).is_err(), "targets are missing");
        options.resource_targets = Some(messages::ResourceTargets {
            memory_usage: 0.8,
            cpu_usage: 0.9,
        });
        assert!(tuner(&options, &None).is_ok());
    }
}
