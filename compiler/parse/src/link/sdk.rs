//! Calls of AWS's SDK: clients and resources, and the operations that are called on them.

use klo_intent::{ArgumentUse, MethodUse};

use klo_source::Span;

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Sym, Tag, Value, ValueId, Values};
use crate::knowledge::aws;
use crate::knowledge::aws_tables::{self, Asked};

impl Machine<'_> {
    /// Calls of AWS's SDK: which operation, on which resource.
    pub(crate) fn call_sdk(
        &mut self,
        frame: FrameIx,
        site: Site,
        callee: ValueId,
        path: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        if let Some(style) = aws::client_call(path) {
            let service = self.literal_argument(arguments, 0, "service_name")?;
            let ty = format!("boto3.{style}:{service}");
            return Some(self.sdk_object(frame, site, &ty, &[], arguments));
        }
        let call = aws::Call::of(path)?;
        let given = self.deep_tags(frame, arguments);
        let own: Vec<Tag> = self.values.tags(callee);
        let sources = self.copy_sources(frame, &call, arguments);
        let naming = self.naming_arguments(&call, arguments, !own.is_empty());
        let mut named = self.deep_tags(frame, &naming);
        named.retain(|tag| !self.is_value_argument(*tag, call.service));
        // A key that a row of a store holds names no other resource than the call is made on.
        if !named
            .iter()
            .any(|tag| self.program.tags[tag.0 as usize].kind.is_some())
        {
            named.extend(own.iter().copied());
        }
        let tags = named;
        if let Some(ty) = aws::derived(&call) {
            let mut all = own;
            all.extend(tags);
            let operation = self.literal_argument(arguments, 0, "").unwrap_or_default();
            let ty = ty.replace("{}", &operation);
            return Some(self.sdk_object(frame, site, &ty, &all, arguments));
        }
        let tags = match tags.is_empty() {
            true => self.made_by(site, call.service),
            false => tags,
        };
        self.note_table_keys(&tags, &call, arguments);
        let requested = self.literal_argument(arguments, 0, "ClientMethod");
        let span = self.span(site);
        let written = self.argument_names(arguments);
        let listed = self.entry_arguments(&call, arguments);
        for asked in aws::operations(&call, requested.as_deref()) {
            let copies = asked.operation.contains("copy");
            let method = MethodUse {
                service: call.service.to_owned(),
                method: asked.operation.to_owned(),
            };
            self.note_entries(&tags, &method, listed.as_ref());
            for tag in &tags {
                // Where no source is known, it may be the same bucket.
                let reads = copies && (sources.is_empty() || sources.contains(tag));
                let source = reads.then(|| aws::COPY_SOURCE.to_owned());
                let named: Vec<String> = written.iter().cloned().chain(source).collect();
                self.record_asked(&[*tag], call.service, &asked, &named, span);
            }
            if copies {
                let others: Vec<Tag> = sources
                    .iter()
                    .copied()
                    .filter(|t| !tags.contains(t))
                    .collect();
                let read = Asked::of(aws::READS_SOURCE);
                self.record_asked(&others, call.service, &read, &[], span);
            }
            if tags.is_empty() {
                self.uses
                    .unannotated
                    .entry(format!("boto3 {}", call.service))
                    .or_default()
                    .insert(span);
            }
        }
        for tag in given {
            if self.is_read_by_value(tag) && !tags.contains(&tag) {
                self.uses.record(tag, None, span);
            }
        }
        let ty = aws::response_type(&call);
        let looks_up = aws::is_lookup(call.service, &call.rest);
        if looks_up {
            self.asked_by_name.extend(&tags);
        }
        let passes: &[Tag] = match ty.is_some() || looks_up {
            true => &tags,
            false => &[],
        };
        Some(self.sdk_object(
            frame,
            site,
            ty.as_deref().unwrap_or("boto3.Response"),
            passes,
            arguments,
        ))
    }

    /// The list by whose entries the operation does one thing or another; `None` where it is not among
    /// the arguments that are written.
    fn entry_arguments(&self, call: &aws::Call<'_>, arguments: &Arguments) -> Option<Values> {
        let operation = call.rest.rsplit('.').next().unwrap_or("");
        let list = aws_tables::operation(call.service, operation)?.entries()?;
        self.keyword_values(arguments, list)
    }

    /// The annotated value that a call makes, where the annotation stands on the line of the call:
    /// `queue = sqs.get_queue_by_name(QueueName=os.environ["QUEUE"])` asks AWS for that queue.
    fn made_by(&self, site: Site, service: &str) -> Vec<Tag> {
        let making = self.program.making.get(&(site.file, site.expr));
        let tags = making.into_iter().flatten().copied();
        tags.filter(|tag| aws::may_be(service, self.program.tags[tag.0 as usize].kind))
            .collect()
    }

    /// Attributes of AWS's resources that ask AWS when they are read.
    pub(crate) fn note_lazy_attributes(&mut self, site: Site, values: &Values) {
        for value in values {
            let Value::Member { base, .. } = *self.values.get(self.values.untagged(*value)) else {
                continue;
            };
            let is_resource = match self.values.get(self.values.untagged(base)) {
                Value::Object { ty, .. } => self.values.text(*ty).starts_with("boto3:"),
                _ => false,
            };
            let path = is_resource.then(|| self.values.path(*value)).flatten();
            let call = path.as_deref().and_then(aws::Call::of);
            let Some(call) = call else { continue };
            let span = self.span(site);
            let tags = self.values.tags(*value);
            for asked in aws::read_by(&call) {
                self.record_asked(&tags, call.service, asked, &[], span);
            }
        }
    }

    /// Puts an operation to what it is called on, with those of its arguments that need more.
    fn record_asked(
        &mut self,
        tags: &[Tag],
        service: &str,
        asked: &Asked<'_>,
        written: &[String],
        at: Span,
    ) {
        let method = MethodUse {
            service: service.to_owned(),
            method: asked.operation.to_owned(),
        };
        let known = aws_tables::operation(service, asked.operation);
        let named = written.iter().map(String::as_str);
        let deciding: Vec<ArgumentUse> = named
            .chain(asked.given.iter().copied())
            .filter_map(|argument| known?.deciding(argument))
            .map(|argument| ArgumentUse {
                call: method.clone(),
                argument: argument.argument.to_owned(),
            })
            .collect();
        for tag in tags {
            self.uses.record(*tag, Some(method.clone()), at);
            if let Some(found) = self.uses.by_tag.get_mut(tag) {
                found.arguments.extend(deciding.iter().cloned());
            }
        }
    }

    /// What a copy reads from: `CopySource={"Bucket": …}`.
    fn copy_sources(
        &mut self,
        frame: FrameIx,
        call: &aws::Call<'_>,
        arguments: &Arguments,
    ) -> Vec<Tag> {
        let mut found = self
            .keyword_values(arguments, aws::COPY_SOURCE)
            .unwrap_or_default();
        if aws::copies(call) {
            found.extend(arguments.positional.first().into_iter().flatten().copied());
        }
        self.tags_within(frame, &found)
    }

    /// The names of a call's arguments, of those too that go in a map: `ExtraArgs={"ACL": …}`. What
    /// is spread and cannot be read may hold the index of a query, which would fail without.
    fn argument_names(&mut self, arguments: &Arguments) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut maps = Values::new();
        for values in &arguments.positional {
            maps.extend(values.iter().copied());
        }
        for (name, values) in &arguments.keywords {
            let name = self.values.text(*name);
            if matches!(name, "ExtraArgs" | "Params") {
                maps.extend(values.iter().copied());
            }
            names.push(name.to_owned());
        }
        // Of the buckets named, only the source needs what it asks for.
        names.retain(|name| name != aws::COPY_SOURCE);
        for map in maps {
            let inner = self.values.untagged(map);
            if let Value::Container { .. } = self.values.get(inner) {
                for key in self.field_names(inner) {
                    let key = self.values.text(key);
                    let key = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
                    names.extend(key.filter(|key| !key.is_empty()).map(str::to_owned));
                }
            }
        }
        if arguments.spread {
            names.push("IndexName".to_owned());
        }
        names
    }

    /// The arguments that may name a resource. Data that is stored or sent may come out of another
    /// resource and still is not what the call is made on.
    fn naming_arguments(
        &self,
        call: &aws::Call<'_>,
        arguments: &Arguments,
        has_own: bool,
    ) -> Arguments {
        let is_data = |name: &Sym| {
            let name = self.values.text(*name);
            aws::DATA_ARGUMENTS.contains(&name) || name == aws::COPY_SOURCE
        };
        let uploads = call
            .rest
            .rsplit('.')
            .next()
            .unwrap_or("")
            .starts_with("upload_");
        let positional = match arguments.positional.as_slice() {
            _ if has_own => &[],
            [_, rest @ ..] if uploads || aws::copies(call) => rest,
            all => all,
        };
        Arguments {
            positional: positional.to_vec(),
            keywords: arguments
                .keywords
                .iter()
                .filter(|(name, _)| !is_data(name))
                .cloned()
                .collect(),
            spread: arguments.spread,
        }
    }

    /// `get_item(Key={"id": …})`: what a table's items are found by.
    fn note_table_keys(&mut self, tags: &[Tag], call: &aws::Call<'_>, arguments: &Arguments) {
        if call.service != "dynamodb" {
            return;
        }
        for value in self.keyword_values(arguments, "Key").unwrap_or_default() {
            let mut names: Vec<String> = self
                .field_names(value)
                .iter()
                .filter_map(|name| self.values.text(*name).strip_prefix('[')?.strip_suffix(']'))
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            names.sort();
            for tag in tags {
                self.uses
                    .table_keys
                    .entry(*tag)
                    .or_default()
                    .insert(names.clone());
            }
        }
    }

    /// Whether a tagged argument is plain data to this service: a secret put into a message, a key that
    /// a message holds.
    fn is_value_argument(&self, tag: Tag, service: &str) -> bool {
        use klo_intent::Kind;
        match self.program.tags[tag.0 as usize].kind {
            Some(Kind::Secret) => service != "secretsmanager" && service != "ssm",
            Some(Kind::Config) => service != "ssm",
            // What a message or an item says is data to every service but the one that holds it.
            kind @ Some(_) => aws::holds_resources(service) && !aws::may_be(service, kind),
            None => false,
        }
    }

    fn sdk_object(
        &mut self,
        frame: FrameIx,
        site: Site,
        ty: &str,
        tags: &[Tag],
        arguments: &Arguments,
    ) -> Values {
        let object = self.object_of(frame, site, ty, arguments);
        Values::from([self.values.tagged_all(object, tags)])
    }
}
