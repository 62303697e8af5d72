//! Named rule sets beside a store, for Python.

use std::path::PathBuf;

use coalface_core::forest;
use coalface_core::ids::NONE_U32;
use coalface_core::rule_set::edge::Edge as Tie;
use coalface_core::rule_set::lean::{Lean, Lists};
use coalface_core::rule_set::record::Link;
use coalface_core::rule_set::{
    apart, build_folder, built, component, diff, explain, merges, shortest, verify, BuildOptions, BuildReport,
    ClustersAt, Rule, RuleSet, RuleSetError, SetView,
};
use coalface_core::store::{Snapshot, StoreError};
use coalface_core::{Error, Result};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::chain::{check_address, PyBound, PyChain};
use crate::error::raise;
use crate::gate;

/// A tie as Python sees it: from, to, rule, transaction, transaction of its latest evidence, score.
type Step = (u32, u32, &'static str, u32, u32, i16);

fn step(from: u32, to: u32, rule: u8, (tx, stamp, score): (u32, u32, i16)) -> Result<Step> {
    let rule = Rule::from_u8(rule).ok_or_else(|| {
        // Not of this release: the file is newer than its version says, or damaged.
        Error::from(StoreError::Corrupt { file: "links".into(), offset: 0, what: format!("rule number {rule}") })
    })?;
    Ok((from, to, rule.name(), tx, stamp, score))
}

/// Sets that this release knows, narrowest first: (name, version, rules, blocks that some rules wait).
#[pyfunction]
pub fn rule_sets() -> Vec<(&'static str, u64, Vec<&'static str>, u64)> {
    let describe = |set: RuleSet| (set.name, set.version, set.rules().map(Rule::name).collect(), set.lag_blocks);
    RuleSet::all().into_iter().map(describe).collect()
}

/// Names of the sets that were built beside the store in `store`.
#[pyfunction]
pub fn built_rule_sets(py: Python<'_>, store: PathBuf) -> PyResult<Vec<String>> {
    gate::run(py, || Ok(built(&store)?))
}

/// Makes a set, or brings it to the tip of the store; `progress(txs_done, txs)` is called now and then.
#[pyfunction]
#[pyo3(signature = (store, name, *, anew=false, threads=None, progress=None))]
pub fn build_rule_set<'py>(
    py: Python<'py>,
    store: PathBuf,
    name: &str,
    anew: bool,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let pool = crate::index::thread_pool(py, threads)?;
    let listener = gate::Listener::new(progress);
    let report = gate::run(py, || {
        let rules = RuleSet::named(name)?;
        let snapshot = Snapshot::open_folder(&store)?;
        // Progress is told by the thread that called, which a pool's thread is not.
        let tell = |at: coalface_core::rule_set::grow::GrowProgress| listener.tell((at.txs, at.n_txs));
        pool.install(|| build_folder(&store, &snapshot, &rules, anew, &BuildOptions::default(), &tell))
    });
    report_dict(py, &listener.result(report)?)
}

/// What a build did, as a dict.
pub fn report_dict<'py>(py: Python<'py>, report: &BuildReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("blocks_added", report.blocks_added)?;
    dict.set_item("blocks_removed", report.blocks_removed)?;
    dict.set_item("blocks", report.blocks)?;
    dict.set_item("links", report.links)?;
    Ok(dict)
}

/// A rule set as a snapshot of its store sees it.
#[pyclass(frozen, name = "RuleSet", module = "coalface._core")]
pub struct PyRuleSet {
    snapshot: Snapshot,
    /// `None` is the store's own set.
    view: Option<SetView>,
    rules: RuleSet,
    folder: PathBuf,
}

impl PyRuleSet {
    fn clusters<'a>(&'a self, snapshot: &'a Snapshot, bound: &PyBound) -> Result<ClustersAt<'a>> {
        Ok(ClustersAt::new(snapshot, self.view.as_ref(), &bound.0)?)
    }

    /// The files of a named set; the store's own has none.
    fn named(&self) -> Result<&SetView> {
        let known = || RuleSet::all().iter().map(|set| set.name).collect::<Vec<_>>().join(", ");
        let error = || RuleSetError::Unknown { name: self.rules.name.to_owned(), known: known() };
        Ok(self.view.as_ref().ok_or_else(error)?)
    }
}

#[pymethods]
impl PyRuleSet {
    /// Opens the set `name` beside the store of `chain`; `strict` is the store's own.
    #[staticmethod]
    fn open(py: Python<'_>, chain: &PyChain, name: &str) -> PyResult<PyRuleSet> {
        let (snapshot, folder) = (chain.snapshot().clone(), chain.folder().to_path_buf());
        let (view, rules) = gate::ask(py, &snapshot, |snapshot| {
            if name == RuleSet::strict().name {
                return Ok((None, RuleSet::strict()));
            }
            let rules = RuleSet::named(name)?;
            Ok((Some(SetView::open_folder(&folder, snapshot, &rules)?), rules))
        })?;
        Ok(PyRuleSet { snapshot, view, rules, folder })
    }

    /// Name and version.
    #[getter]
    fn label(&self) -> String {
        self.rules.label()
    }

    /// Names and versions of its rules.
    #[getter]
    fn rules(&self) -> Vec<&'static str> {
        self.rules.rules().map(Rule::name).collect()
    }

    /// Its counts: (blocks, links, addresses, bytes of its files); `None` of the store's own.
    fn counts(&self) -> Option<(u64, u64, u64, u64)> {
        let manifest = &self.view.as_ref()?.manifest;
        Some((manifest.blocks, manifest.links, manifest.addresses, manifest.bytes()))
    }

    /// `bound`, or the last block that the set has taken in if that is before it.
    fn bound(&self, py: Python<'_>, bound: PyBound) -> PyResult<PyBound> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(PyBound(*self.clusters(snapshot, &bound)?.bound())))
    }

    /// Cluster of an address as of `bound`: (root, number of addresses, anchor, whether ledger facts alone tie it).
    fn cluster(&self, py: Python<'_>, address_id: u32, bound: PyBound) -> PyResult<(u32, u32, u32, bool)> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let clusters = self.clusters(snapshot, &bound)?;
            let root = clusters.root_of(check_address(snapshot, address_id)?)?;
            let (size, anchor) = clusters.size_and_anchor(root)?;
            let is_fact = clusters.is_fact(root)?;
            Ok((root, size, anchor, is_fact))
        })
    }

    /// At most `limit` addresses of the cluster under `root` as of `bound`, and whether these are all.
    fn members<'py>(
        &self,
        py: Python<'py>,
        root: u32,
        bound: PyBound,
        limit: usize,
    ) -> PyResult<(Bound<'py, PyArray1<u32>>, bool)> {
        let (members, is_all) = gate::ask(py, &self.snapshot, |snapshot| {
            let mut members = Vec::new();
            let is_all = self.clusters(snapshot, &bound)?.members(check_address(snapshot, root)?, &mut |id| {
                if members.len() < limit {
                    members.push(id);
                    return true;
                }
                false
            })?;
            Ok((members, is_all))
        })?;
        Ok((members.into_pyarray(py), is_all))
    }

    /// Steps of the earliest evidence from `a` to `b` as of `bound`, and whether there are more than `limit`; `None` if
    /// they are not in one cluster.
    #[allow(clippy::type_complexity, reason = "one row a step")]
    fn explain(
        &self,
        py: Python<'_>,
        a: u32,
        b: u32,
        bound: PyBound,
        limit: usize,
    ) -> PyResult<Option<(Vec<Step>, bool)>> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let (a, b) = (check_address(snapshot, a)?, check_address(snapshot, b)?);
            let Some(view) = &self.view else {
                let found = forest::explain(snapshot, a, b, bound.0.txs, limit)?;
                let row = |tie: &forest::Tie| step(tie.from, tie.to, Rule::MultiInput as u8, (tie.tx, tie.tx, 0));
                return found.map(|(ties, more)| Ok((ties.iter().map(row).collect::<Result<_>>()?, more))).transpose();
            };
            let links = view.as_of(snapshot, &bound.0)?.links;
            let Some((steps, has_more)) = explain::explain(view, a, b, links, limit)? else { return Ok(None) };
            let rows = steps.iter().map(|found| {
                let link = &found.link;
                step(found.from, found.to, link.rule, (link.tx, link.stamp, link.score))
            });
            Ok(Some((rows.collect::<Result<_>>()?, has_more)))
        })
    }

    /// The fewest steps from `a` to `b` as of `bound`: (steps or `None`, whether the search gave up, transactions seen).
    #[allow(clippy::type_complexity, reason = "one row a step")]
    fn shortest(
        &self,
        py: Python<'_>,
        a: u32,
        b: u32,
        bound: PyBound,
        max_txs: usize,
    ) -> PyResult<(Option<Vec<Step>>, bool, usize)> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let pair = (check_address(snapshot, a)?, check_address(snapshot, b)?);
            let found = shortest::shortest(&self.clusters(snapshot, &bound)?, &self.rules, pair, max_txs)?;
            let row = |tie: &Tie| (tie.from, tie.to, tie.rule.name(), tie.tx, tie.stamp, tie.score);
            Ok((found.steps.map(|steps| steps.iter().map(row).collect()), found.gave_up, found.n_txs))
        })
    }

    /// Ties that made the cluster under `root` as of `bound`, in chain order; `None` if it has more than `limit` addresses.
    fn ties(&self, py: Python<'_>, root: u32, bound: PyBound, limit: usize) -> PyResult<Option<Vec<Step>>> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let root = check_address(snapshot, root)?;
            let found = component::ties_of_cluster(&self.clusters(snapshot, &bound)?, root, limit)?;
            let row = |tie: &Tie| (tie.from, tie.to, tie.rule.name(), tie.tx, tie.stamp, tie.score);
            Ok(found.map(|ties| ties.iter().map(row).collect()))
        })
    }

    /// Roots of all clusters of at least `least` addresses as of `bound`.
    fn large_roots(&self, py: Python<'_>, bound: PyBound, least: u32) -> PyResult<Vec<u32>> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(component::large_roots(&self.clusters(snapshot, &bound)?, least)?))
    }

    /// What lies between the clusters of `a` and `b`, as a dict of lists.
    fn apart<'py>(
        &self,
        py: Python<'py>,
        a: u32,
        b: u32,
        bound: PyBound,
        max_txs: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (found, common) = gate::ask(py, &self.snapshot, |snapshot| {
            let pair = (check_address(snapshot, a)?, check_address(snapshot, b)?);
            let clusters = self.clusters(snapshot, &bound)?;
            let found = apart::apart(&clusters, pair, max_txs)?;
            let named = found.common.iter().map(|common| {
                let (size, anchor) = clusters.size_and_anchor(common.root)?;
                Ok((anchor, size, common.n_a, common.n_b))
            });
            let named = named.collect::<Result<Vec<_>>>()?;
            Ok((found, named))
        })?;
        let rows = |list: &[apart::Meeting]| -> Vec<(u32, u32, u32)> {
            list.iter().map(|meeting| (meeting.tx, meeting.a, meeting.b)).collect()
        };
        let dict = PyDict::new(py);
        dict.set_item("left_alone", rows(&found.left_alone))?;
        dict.set_item("a_pays_b", rows(&found.a_pays_b))?;
        dict.set_item("b_pays_a", rows(&found.b_pays_a))?;
        dict.set_item("common", common)?;
        dict.set_item("n_txs", found.n_txs)?;
        dict.set_item("gave_up", found.gave_up)?;
        Ok(dict)
    }

    /// Merges between two bounds of clusters that had at least `least` addresses each, at most `limit`, and how many there
    /// are: (anchor, size, lost anchor, lost size, rule, transaction, stamp).
    #[allow(clippy::type_complexity, reason = "one row a merge")]
    fn merges(
        &self,
        py: Python<'_>,
        from_: PyBound,
        to: PyBound,
        least: u32,
        limit: usize,
    ) -> PyResult<(Vec<(u32, u32, u32, u32, &'static str, u32, u32)>, u64)> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let view = self.named()?;
            let start = view.as_of(snapshot, &from_.0)?.links;
            let end = view.as_of(snapshot, &to.0)?.links;
            let (found, n_found) = merges::merges(view, start, end, least, limit)?;
            let row = |merge: &merges::Merge| {
                let link = &merge.link;
                let (_, _, rule, tx, stamp, _) =
                    step(link.from, link.to, link.rule, (link.tx, link.stamp, link.score))?;
                Ok((merge.anchor, merge.size, merge.lost_anchor, merge.lost_size, rule, tx, stamp))
            };
            Ok((found.iter().map(row).collect::<Result<_>>()?, n_found))
        })
    }

    /// Digest of its links and blocks: equal for equal chains, however the set was built.
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        gate::ask(py, &self.snapshot, |_| Ok(verify::digest(self.named()?)?))
    }

    /// Number of links after all files were compared with their checksums and with what the chain gives; raises what is
    /// wrong first. `progress(txs_done, txs)` is called now and then.
    #[pyo3(signature = (progress=None))]
    fn verify(&self, py: Python<'_>, progress: Option<Py<PyAny>>) -> PyResult<u64> {
        let listener = gate::Listener::new(progress);
        let tell = |at: coalface_core::rule_set::grow::GrowProgress| listener.tell((at.txs, at.n_txs));
        let files = coalface_core::rule_set::files::SetFiles::of_store(&self.folder, self.rules.name);
        let found = gate::ask(py, &self.snapshot, |snapshot| verify::verify(&files, snapshot, &self.rules, &tell));
        listener.result(found)
    }
}

/// A cluster of one set that is several in the other: (anchor, size, number of parts, value, [(anchor, size, value)]).
type Divided = (u32, u32, u32, i64, Vec<(u32, u32, i64)>);

/// Clusters of `b` that are several in `a`, and clusters of `a` that are several in `b`, at most `limit` each, with how
/// many there are; `None` stands for the store's own set.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "two lists of one kind")]
pub fn diff_rule_sets(
    py: Python<'_>,
    chain: &PyChain,
    a: Option<PyRef<'_, PyRuleSet>>,
    b: Option<PyRef<'_, PyRuleSet>>,
    bound: PyBound,
    limit: usize,
) -> PyResult<(Vec<Divided>, u64, Vec<Divided>, u64)> {
    let [a, b] = [a, b].map(|set| set.and_then(|set| set.view.clone()));
    gate::ask(py, chain.snapshot(), |snapshot| {
        let anchors = |set: &Option<SetView>| match set {
            None => diff::strict_anchors(snapshot, &bound.0),
            Some(view) => diff::set_anchors(snapshot, view, &view.as_of(snapshot, &bound.0)?),
        };
        let (of_a, of_b) = (anchors(&a)?, anchors(&b)?);
        let (merged, n_merged) = diff::divided(snapshot, &bound.0, &of_b, &of_a, limit)?;
        let (split, n_split) = diff::divided(snapshot, &bound.0, &of_a, &of_b, limit)?;
        let rows = |found: Vec<diff::Divided>| -> Vec<Divided> {
            let parts = |found: &diff::Divided| {
                found.parts.iter().map(|part| (part.anchor, part.size, part.value_sat)).collect()
            };
            found.iter().map(|one| (one.anchor, one.size, one.n_parts, one.value_sat, parts(one))).collect()
        };
        Ok((rows(merged), n_merged, rows(split), n_split))
    })
}

/// Clusters of lists of addresses, for measurements: list `n` is `addresses[offsets[n]:offsets[n + 1]]`. Returns them and
/// the number of links that were made.
#[pyfunction]
pub fn cluster_lists<'py>(
    py: Python<'py>,
    offsets: PyReadonlyArray1<'py, u64>,
    addresses: PyReadonlyArray1<'py, u32>,
    n_addresses: u32,
) -> PyResult<(PyClustered, u64)> {
    let (Ok(offsets), Ok(addresses)) = (offsets.as_slice(), addresses.as_slice()) else {
        return Err(raise(py, "usage_array", "the arrays are not contiguous", None, vec![]));
    };
    let in_range = addresses.iter().all(|id| *id < n_addresses && *id != NONE_U32)
        && offsets.windows(2).all(|pair| pair[0] <= pair[1])
        && offsets.last().is_none_or(|end| *end as usize <= addresses.len());
    if !in_range {
        return Err(raise(py, "usage_array", "an offset or an address is out of range", None, vec![]));
    }
    let lean = gate::run(py, || Ok(Lean::of(Lists { offsets, addresses }, u64::from(n_addresses))?))?;
    let n_links = lean.unions().len() as u64;
    Ok((PyClustered { lean: std::sync::Mutex::new(lean) }, n_links))
}

/// Links that are made before their memory is used again, as a log's buffer.
const LINKS_AT_ONCE: usize = 100_000;

/// What [`cluster_lists`] made, with the reason of every union.
#[pyclass(frozen, name = "Clustered", module = "coalface._core")]
pub struct PyClustered {
    lean: std::sync::Mutex<Lean>,
}

#[pymethods]
impl PyClustered {
    /// Makes the links of all unions, as a set's log has them, and lets go of them; the bytes of memory that it took.
    fn make_links(
        &self,
        py: Python<'_>,
        offsets: PyReadonlyArray1<'_, u64>,
        addresses: PyReadonlyArray1<'_, u32>,
    ) -> PyResult<u64> {
        let (Ok(offsets), Ok(addresses)) = (offsets.as_slice(), addresses.as_slice()) else {
            return Err(raise(py, "usage_array", "the arrays are not contiguous", None, vec![]));
        };
        gate::run(py, || {
            let lean = self.lean.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut links = Vec::with_capacity(LINKS_AT_ONCE);
            Ok(lean.links(Lists { offsets, addresses }, |link: Link| {
                if links.len() == LINKS_AT_ONCE {
                    links.clear();
                }
                links.push(link);
            })?)
        })
    }

    /// Smallest address of the cluster of every address.
    fn anchors<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        let mut lean = self.lean.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lean.anchors().into_pyarray(py)
    }
}

/// What became of a set after a commit: name, blocks added, code and text of what went wrong.
type Outcome = (String, u64, Option<(&'static str, String)>);

/// What growing all sets after a commit did.
pub fn outcomes(found: Vec<coalface_core::rule_set::SetOutcome>) -> Vec<Outcome> {
    let row = |outcome: coalface_core::rule_set::SetOutcome| match outcome.result {
        Ok(report) => (outcome.name, report.blocks_added, None),
        Err(error) => (outcome.name, 0, Some((error.code(), error.to_string()))),
    };
    found.into_iter().map(row).collect()
}
