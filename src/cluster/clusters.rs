//! Shapes that are one.

use super::merge::sum;
use super::miner::Shape;
use super::table::Table;
use super::words::Words;

/// Groups of texts, and what those of each have in common.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// The cluster of each shape.
    of_shape: Vec<u32>,
    /// The first shape of each cluster.
    first: Vec<u32>,
    n_texts: Vec<u64>,
    table: Table,
    words: Words,
}

impl Clusters {
    /// Groups shapes that say the same.
    pub(super) fn new(table: Table, words: Words) -> Self {
        let number = |shape: usize| u32::try_from(shape).unwrap_or(u32::MAX);
        let mut sums: Vec<(u64, u32)> =
            (0..table.len()).map(|at| (sum(table.tokens(at), &words), number(at))).collect();
        sums.sort_unstable();
        let mut clusters = Self {
            of_shape: vec![0; table.len()],
            first: Vec::new(),
            n_texts: Vec::new(),
            table,
            words,
        };
        for group in sums.chunk_by(|a, b| a.0 == b.0) {
            let cluster = number(clusters.first.len());
            let mut n_texts = 0_u64;
            for (_, shape) in group {
                clusters.of_shape[*shape as usize] = cluster;
                n_texts += u64::from(clusters.table.n_texts(*shape as usize));
            }
            clusters.first.push(group.first().map_or(0, |(_, shape)| *shape));
            clusters.n_texts.push(n_texts);
        }
        clusters
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Returns true where there was no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Returns the number of the cluster that texts of a shape are in, less than [`Self::len`].
    #[must_use]
    pub fn of(&self, shape: Shape) -> usize {
        self.of_shape[shape.0 as usize] as usize
    }

    /// Returns how many texts a cluster has.
    #[must_use]
    pub fn n_texts(&self, cluster: usize) -> u64 {
        self.n_texts[cluster]
    }

    /// Returns what the texts of a cluster have in common, with `<*>` for what varies.
    #[must_use]
    pub fn template(&self, cluster: usize) -> String {
        let mut out = Vec::new();
        for token in self.table.tokens(self.first[cluster] as usize) {
            if token.is_spaced() {
                out.push(b' ');
            }
            if let Some(word) = token.as_word() {
                out.extend_from_slice(self.words.get(word));
            } else if let Some(byte) = token.as_mark() {
                out.push(byte);
            } else {
                out.extend_from_slice(b"<*>");
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Returns the id of a cluster: `c-` and sixteen hexadecimal digits.
    ///
    /// It stands for the template, white space apart: the same template has the same id in whatever
    /// texts it is found.
    #[must_use]
    pub fn id(&self, cluster: usize) -> String {
        let tokens = self.table.tokens(self.first[cluster] as usize);
        format!("c-{:016x}", sum(tokens, &self.words))
    }

    /// Returns the numbers of all clusters, those with the most texts first; ties by template.
    #[must_use]
    pub fn ranked(&self) -> Vec<usize> {
        let mut ranked: Vec<usize> = (0..self.len()).collect();
        ranked.sort_by_cached_key(|at| {
            let tokens = self.table.tokens(self.first[*at] as usize);
            (std::cmp::Reverse(self.n_texts[*at]), sum(tokens, &self.words))
        });
        ranked
    }
}
